import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { localRangeReader, type RangeReader } from '../download/range-reader.js';
import type { BucketFiles } from './bucket-files.js';
import type { BucketObject } from './bucket-objects.js';
import { PinnedObject } from './pinned-object.js';

/**
 * A reader of an object that stores nothing.
 *
 * @returns a reader that throws {HeadraceError} FileChangedError, those of a bucket.
 */
export function bucketRangeReader(
  buckets: BucketFiles,
  object: BucketObject,
  signal: AbortSignal,
): RangeReader {
  return async (range) => {
    const pinned = new PinnedObject(object, await buckets.open(object.bucket));
    const folder = await buckets.scratch();
    try {
      const path = join(folder, 'range');
      const file = await open(path, 'wx+');
      try {
        await pinned.read({ from: range.start, to: range.end }, { descriptor: file.fd, at: 0 }, signal);
      } finally {
        await file.close();
      }
      return await localRangeReader(path)({ start: 0, end: range.end - range.start });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}
