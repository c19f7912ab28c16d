import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { ObjectOutputs, ResultObject } from '../../activities/outputs/object-outputs.js';
import type { ByteRange } from '../../activities/artifacts/store.js';
import { HeadraceError } from '../../core/errors.js';

/** Bytes of one request. */
export const defaultSegmentBytes = 16 << 20;
/** Segments under way: a segment begins when the one so many before it has ended. */
const segmentsAtOnce = 6;

export interface GrowOptions {
  /** Bytes of one request. */
  readonly segmentBytes: number;
  /** Called with the bytes that are there so far. */
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes a result to `path`, from where an earlier try has ended. Segments begin in order, so of a file that
 * a killed process has left, all are whole but the last {@link segmentsAtOnce}.
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
  // Neither truncates a file nor appends to it, whatever the position.
  const file = await open(path, constants.O_RDWR | constants.O_CREAT);
  try {
    const kept = await keptBytes(file, segmentBytes);
    let done = kept;
    const failed = new AbortController();
    const both = AbortSignal.any([signal, failed.signal]);
    const underWay: Promise<void>[] = [];
    const fetch = async (range: ByteRange): Promise<void> => {
      try {
        await fetchSegment(outputs, object, range, file.fd, both);
        done += range.to - range.from;
        onBytes(done);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    };
    onBytes(done);
    try {
      for (let from = kept; from < object.sizeBytes; from += segmentBytes) {
        if (underWay.length >= segmentsAtOnce) await underWay.shift();
        both.throwIfAborted();
        const segment = fetch({ from, to: Math.min(from + segmentBytes, object.sizeBytes) });
        // It is awaited later. Until then its failure must not end the process.
        segment.catch(() => undefined);
        underWay.push(segment);
      }
      await Promise.all(underWay);
    } finally {
      await Promise.allSettled(underWay);
    }
    await file.sync();
    return kept;
  } finally {
    await file.close();
  }
}

async function keptBytes(file: FileHandle, segmentBytes: number): Promise<number> {
  const { size } = await file.stat();
  return Math.max(0, Math.ceil(size / segmentBytes) - segmentsAtOnce) * segmentBytes;
}

async function fetchSegment(
  outputs: ObjectOutputs,
  object: ResultObject,
  range: ByteRange,
  descriptor: number,
  signal: AbortSignal,
): Promise<void> {
  const received = await outputs.download(object, range, { descriptor, at: range.from }, signal);
  if (received?.sizeBytes === range.to - range.from) return;
  throw new HeadraceError(
    'ArtifactMissingError',
    `${outputs.placeOf(object.name)} is gone, or was written anew while it was fetched`,
    { remedy: 'A run that is under way writes its results anew: run the command again.' },
  );
}
