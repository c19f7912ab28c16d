import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { ResolveSourceInput, SourceResolution } from '../../../core/contracts/source.js';
import { defined } from '../../../core/defined.js';
import { HeadraceError } from '../../../core/errors.js';
import type { WorkContext } from '../../../core/progress.js';
import { inParallel } from '../../threads/in-parallel.js';
import type { HubAccess } from '../hub-access.js';
import { lockPlace } from '../resolve/lock-place.js';
import { recipeLockName, type LockedObject, type LockedObjects } from '../resolve/recipe-lock.js';
import { localResolution } from '../resolve/resolve-local.js';
import { putResolution, type ResolutionListing } from '../resolve/resolution.js';
import { pinOf } from './bucket-objects.js';
import { lockRemedy } from './locked-versions.js';
import { pinObjects, type BucketSource, type PinnedObjects } from './pin-objects.js';

/** Objects of one source that are copied at a time. */
const objectsAtOnce = 4;

/**
 * Pins the objects of a source, `s3://bucket/path/*.jsonl`, copies them to the store, and enters them in the
 * lock. What was copied in that version is not read again.
 *
 * @throws {HeadraceError} as {@link pinObjects}; FileChangedError, DiskFullError, those of a bucket.
 */
export async function resolveBucket(
  hub: HubAccess,
  source: BucketSource,
  { out, updateLock }: Pick<ResolveSourceInput, 'out' | 'updateLock'>,
  work: WorkContext,
): Promise<SourceResolution> {
  const { name } = source;
  const lock = lockPlace(hub.store, out);
  const pinned = await pinObjects(hub.buckets.open, source, defined({ lock, updateLock }), work.signal);
  const { resolution, listing, entry } = await storeObjects(hub, name, pinned, work);
  await lock.enter(name, entry, work.signal);
  return { ...localResolution(name, resolution, listing), notes: pinned.notes };
}

/** Objects whose copies are in the store. */
export interface StoredObjects {
  readonly resolution: ArtifactRef;
  readonly listing: ResolutionListing;
  /** The entry for the lock, with the SHA-256 of each object. */
  readonly entry: LockedObjects;
}

/**
 * Copies the objects of a source to the store, as its resolution.
 *
 * @param label - of the progress: the name of the source.
 * @throws {HeadraceError} FileChangedError, also where the content is not the locked one; DiskFullError,
 *   those of a bucket.
 */
export async function storeObjects(
  hub: HubAccess,
  label: string,
  { objects, entry }: PinnedObjects,
  work: WorkContext,
): Promise<StoredObjects> {
  const total = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  const count = (bytes: number): void => {
    done += bytes;
    work.progress({ stage: 'resolve', label, done, total, unit: 'bytes', note: 'copying to the store' });
  };
  const files = await inParallel(objects, objectsAtOnce, work.signal, async (object, signal) => {
    const sha256 = await hub.buckets.copy(object, signal, { had: count, fetched: count });
    return { path: object.path, sizeBytes: object.sizeBytes, sha256, storedAs: pinOf(object) };
  });
  const listing = { files, emptyFiles: entry.emptyFiles };
  const locked = entry.files.map((file, index) => withContent(file, files[index]?.sha256, label));
  const resolution = await putResolution(hub.store, { kind: 'imported' }, listing);
  return { resolution, listing, entry: { ...entry, files: locked } };
}

/** The SHA-256 in the lock counts where a service gives two contents one ETag. */
function withContent(file: LockedObject, found: string | undefined, source: string): LockedObject {
  if (file.sha256 === undefined || file.sha256 === found) return { ...file, ...defined({ sha256: found }) };
  throw new HeadraceError(
    'FileChangedError',
    `${file.path} of the source ${source} has the ETag and the size of ${recipeLockName}, but not its content: ` +
      `expected SHA-256 ${file.sha256}, found ${found}`,
    { remedy: lockRemedy(source) },
  );
}
