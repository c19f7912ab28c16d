import type { SourceFile, SourceResolution } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { listOf } from '../../../core/hub/data-files.js';
import type { WorkContext } from '../../../core/progress.js';
import { inParallel } from '../../threads/in-parallel.js';
import type { HubAccess } from '../hub-access.js';
import { localResolution } from '../resolve/resolve-local.js';
import { putResolution } from '../resolve/resolution.js';
import { findBucketObjects, pinOf, type BucketObject } from './bucket-objects.js';

/** Objects of one source that are copied at a time. */
const objectsAtOnce = 4;

/**
 * Pins the objects of a source, `s3://bucket/path/*.jsonl`, by ETag and size, and copies them to the store.
 * What was copied in that version is not read again.
 *
 * @throws {HeadraceError} FileNotFoundError, FileChangedError, DiskFullError, those of a bucket.
 */
export async function resolveBucket(
  hub: HubAccess,
  name: string,
  patterns: readonly string[],
  work: WorkContext,
): Promise<SourceResolution> {
  const { objects, empty } = await findBucketObjects(hub.buckets.open, patterns);
  if (objects.length === 0)
    throw new HeadraceError(
      'FileNotFoundError',
      `All objects of ${listOf(patterns)} are empty (0 bytes): ${listOf(empty)}`,
    );
  const listing = { files: await copyAll(hub, name, objects, work), emptyFiles: empty };
  return localResolution(name, await putResolution(hub.store, { kind: 'imported' }, listing), listing);
}

async function copyAll(
  hub: HubAccess,
  label: string,
  objects: readonly BucketObject[],
  work: WorkContext,
): Promise<SourceFile[]> {
  const total = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  const count = (bytes: number): void => {
    done += bytes;
    work.progress({ stage: 'resolve', label, done, total, unit: 'bytes', note: 'copying to the store' });
  };
  return await inParallel(objects, objectsAtOnce, work.signal, async (object, signal) => {
    const sha256 = await hub.buckets.copy(object, signal, { had: count, fetched: count });
    return { path: object.path, sizeBytes: object.sizeBytes, sha256, storedAs: pinOf(object) };
  });
}
