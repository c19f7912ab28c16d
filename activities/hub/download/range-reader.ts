import { open } from 'node:fs/promises';
import type { SourceFile } from '../../../core/contracts/source.js';
import pLimit from 'p-limit';
import { cutRanges, type ByteRange } from '../../../core/hub/ranges.js';
import { HubRefusal, type HubClient } from '../http/hub-client.js';
import { explainRefusal, type Subject } from '../http/refusals.js';
import { RemoteFile } from './remote-file.js';
import { resolveUrl } from '../http/repository-api.js';
import { TransientError } from '../http/retry.js';

/** Small enough to come within the time limit of one request on a slow line. */
const pieceBytes = 4_000_000;

/** Reads bytes of a file, wherever it is. */
export type RangeReader = (range: ByteRange) => Promise<Buffer>;

/** A reader of a file of the Hub that stores nothing. @throws {HeadraceError} what the Hub's refusal means. */
export function hubRangeReader(
  client: HubClient,
  subject: Subject,
  commitSha: string,
  file: SourceFile,
  signal: AbortSignal,
): RangeReader {
  const url = resolveUrl(client, subject, commitSha, file.path);
  const remote = new RemoteFile(client, url, file.sizeBytes);
  const connections = pLimit(client.tuning.connections);
  const readPiece = (range: ByteRange, into: Buffer): Promise<void> =>
    client.patiently(url, signal, async (signal) => {
      const { start, body } = await remote.open(range, signal);
      let at = start;
      for await (const block of body) {
        const fresh = block.subarray(Math.max(0, range.start - at), Math.max(0, range.end - at));
        into.set(fresh, Math.max(0, at - range.start));
        at += block.length;
        if (at >= range.end) return;
      }
      throw new TransientError('The connection ended early');
    });
  return async (range) => {
    const bytes = Buffer.allocUnsafe(range.end - range.start);
    try {
      await Promise.all(
        cutRanges([range], pieceBytes).map((piece) =>
          connections(() =>
            readPiece(piece, bytes.subarray(piece.start - range.start, piece.end - range.start)),
          ),
        ),
      );
      return bytes;
    } catch (error) {
      if (error instanceof HubRefusal) throw await explainRefusal(client, subject, error, signal);
      throw error;
    }
  };
}

/** A reader of a file of this disk. */
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
