import { constants } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import type { ObjectOutputs, ResultObject } from '../../activities/outputs/object-outputs.js';
import {
  durableRanges,
  partOf,
  recordLines,
  recordOf,
  removeRecord,
} from '../../activities/hub/download/durable-ranges.js';
import { inParallel } from '../../activities/threads/in-parallel.js';
import { HeadraceError } from '../../core/errors.js';
import { bytesOf, cutRanges, missingRanges, type ByteRange } from '../../core/hub/ranges.js';
import { ignoreMissing } from '../../files/errno.js';

/** Bytes of one request. */
export const defaultSegmentBytes = 16 << 20;
/** Segments under way. */
const segmentsAtOnce = 6;

export interface GrowOptions {
  /** Bytes of one request. */
  readonly segmentBytes: number;
  /** Called with the bytes that are there so far. */
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes a result to the unfinished file of `path`, without the bytes that an earlier try has recorded. Each
 * segment is recorded when it is whole, so a process that is killed, or interrupted, has fetched at most
 * {@link segmentsAtOnce} segments in vain. The record is not flushed before the bytes: after a power cut the
 * SHA-256 decides.
 *
 * @returns the bytes that an earlier try had left.
 * @throws {HeadraceError} ArtifactMissingError where the result is replaced meanwhile; those of the store.
 */
export async function growFile(
  outputs: ObjectOutputs,
  object: ResultObject,
  path: string,
  { segmentBytes, onBytes, signal }: GrowOptions,
): Promise<number> {
  // A record without its file is of bytes that are gone.
  if ((await stat(partOf(path)).catch(ignoreMissing)) === undefined) await removeRecord(path);
  const kept = await durableRanges(path, object.sizeBytes);
  // Neither truncates a file nor appends to it, whatever the position.
  const file = await open(partOf(path), constants.O_RDWR | constants.O_CREAT);
  const record = await open(recordOf(path), 'a');
  try {
    let done = bytesOf(kept);
    onBytes(done);
    const segments = cutRanges(missingRanges(kept, object.sizeBytes), segmentBytes);
    await inParallel(segments, segmentsAtOnce, signal, async (range, both) => {
      await fetchSegment(outputs, object, range, file.fd, both);
      await record.appendFile(recordLines([range]));
      done += range.end - range.start;
      onBytes(done);
    });
    await file.sync();
    return bytesOf(kept);
  } finally {
    await Promise.all([file.close(), record.close()]);
  }
}

/** Removes the unfinished file of `path` and its record. */
export async function dropUnfinished(path: string): Promise<void> {
  await rm(partOf(path), { force: true });
  await removeRecord(path);
}

async function fetchSegment(
  outputs: ObjectOutputs,
  object: ResultObject,
  { start, end }: ByteRange,
  descriptor: number,
  signal: AbortSignal,
): Promise<void> {
  const target = { descriptor, at: start };
  const received = await outputs.download(object, { from: start, to: end }, target, signal);
  if (received?.sizeBytes === end - start) return;
  throw new HeadraceError(
    'ArtifactMissingError',
    `${outputs.placeOf(object.name)} is gone, or was written anew while it was fetched`,
    { remedy: 'A run that is under way writes its results anew: run the command again.' },
  );
}
