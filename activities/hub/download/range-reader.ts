import { open } from 'node:fs/promises';
import pLimit from 'p-limit';
import { cutRanges, type ByteRange } from '../../../core/hub/ranges.js';
import type { ArtifactStore, Wanted } from '../../artifacts/store.js';
import type { HubClient } from '../http/hub-client.js';
import { explainingRefusals } from '../http/refusals.js';
import { refOf, resolveUrl, type CommitFile } from '../http/repository.js';
import { TransientError } from '../http/retry.js';
import { RemoteFile } from './remote-file.js';

/** Small enough to arrive within the time limit of one request on a slow line. */
const requestBytes = 4_000_000;

/** Reads a range of a local file or of a Hub file. */
export type RangeReader = (range: ByteRange) => Promise<Buffer>;

/**
 * A reader of a Hub file that stores nothing.
 *
 * @returns a reader that throws what the Hub's refusal means, or HubUnavailableError.
 */
export function hubRangeReader(
  client: HubClient,
  { commit, file }: CommitFile,
  signal: AbortSignal,
): RangeReader {
  const url = resolveUrl(client.config, commit, file.path);
  const remote = new RemoteFile(client, url, file.sizeBytes);
  const connections = pLimit(client.tuning.connections);
  return async (range) => {
    const bytes = Buffer.allocUnsafe(range.end - range.start);
    const readInto = (part: ByteRange): Promise<void> =>
      client.withRetries(url, signal, (limited) =>
        readRange(remote, part, bytes.subarray(part.start - range.start, part.end - range.start), limited),
      );
    await explainingRefusals(client, refOf(commit), signal, () =>
      Promise.all(cutRanges([range], requestBytes).map((part) => connections(readInto, part))),
    );
    return bytes;
  };
}

async function readRange(
  remote: RemoteFile,
  range: ByteRange,
  into: Buffer,
  signal: AbortSignal,
): Promise<void> {
  const { start, body } = await remote.open(range, signal);
  let at = start;
  for await (const block of body) {
    const fresh = block.subarray(Math.max(0, range.start - at), Math.max(0, range.end - at));
    into.set(fresh, Math.max(0, at - range.start));
    at += block.length;
    if (at >= range.end) return;
  }
  throw new TransientError('The connection ended early');
}

/** A reader of a file that `store.bring` makes local. */
export function storedRangeReader(store: ArtifactStore, wanted: Wanted): RangeReader {
  return ({ start, end }) =>
    store.bring([{ ...wanted, ranges: [{ from: start, to: end }] }], ([path = '']) =>
      localRangeReader(path)({ start, end }),
    );
}

/** A reader of a file on this disk. */
export function localRangeReader(path: string): RangeReader {
  return async ({ start, end }) => {
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.allocUnsafe(end - start);
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) throw new Error(`${path} ends before byte ${end}`);
        done += bytesRead;
      }
      return bytes;
    } finally {
      await file.close();
    }
  };
}
