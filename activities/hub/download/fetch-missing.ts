import { dirname } from 'node:path';
import type { LimitFunction } from 'p-limit';
import type { SourceFile } from '../../../core/contracts/source.js';
import { bytesOf, guidedRanges, missingRanges, type ByteRange } from '../../../core/hub/ranges.js';
import type { FileLock } from '../../../files/file-lock.js';
import { checkRoom } from '../../../files/room.js';
import { inParallel } from '../../threads/in-parallel.js';
import type { HubClient } from '../http/hub-client.js';
import { fetchRange } from './fetch-range.js';
import type { PartFile } from './part-file.js';
import { RemoteFile } from './remote-file.js';
import type { Transfers } from './transfers.js';

/** A file to fetch. */
export interface FileRequest {
  readonly client: HubClient;
  /** URL of the file at the Hub. */
  readonly url: string;
  readonly file: SourceFile;
  /** Limits the connections of all files together. */
  readonly connections: LimitFunction;
  readonly transfers: Transfers;
}

/** A file to download to this disk. */
export interface BlobRequest extends FileRequest {
  /** Path of the complete file. */
  readonly path: string;
}

/** Shorter ranges cost more in round trips than they gain in balance. */
const leastRangeBytes = 2_000_000;

/**
 * Fetches the missing ranges of a file over several connections, and makes them durable. Returns early where
 * the lock is lost. Bytes that arrived before an error are durable, too.
 *
 * @param onBytes - called with each range that is written.
 * @throws {HeadraceError} DiskFullError before the first byte where the disk has no room; what
 * {@link fetchRange} throws; the signal's reason.
 */
export async function fetchMissing(
  request: BlobRequest,
  part: PartFile,
  lock: FileLock,
  signal: AbortSignal,
  onBytes: (written: ByteRange) => void,
): Promise<void> {
  const { client, url, file, path, connections, transfers } = request;
  const { tuning } = client;
  const missing = missingRanges(part.durable, file.sizeBytes);
  await checkRoom(dirname(path), file.path, bytesOf(missing));
  // The Hub sends plain git files itself, and they are small.
  const remote = new RemoteFile(
    client,
    url,
    file.sizeBytes,
    file.sha256 === undefined ? undefined : transfers,
  );
  const ranges = guidedRanges(missing, tuning.connections, {
    minBytes: Math.min(leastRangeBytes, tuning.rangeBytes),
    maxBytes: tuning.rangeBytes,
  });
  try {
    await inParallel(ranges, tuning.connectionsPerFile, signal, async (range, stop) => {
      await connections(async () => {
        stop.throwIfAborted();
        if (!lock.isLost) await fetchRange(remote, part, range, tuning, stop, onBytes);
      });
    });
  } catch (error) {
    await part.flush().catch(() => undefined);
    throw error;
  }
  await part.flush();
}
