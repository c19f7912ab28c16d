import type { ResolveSourceInput } from '../../../core/contracts/source.js';
import { defined } from '../../../core/defined.js';
import { HeadraceError } from '../../../core/errors.js';
import { plural } from '../../../core/format.js';
import { listOf } from '../../../core/hub/data-files.js';
import { objectDifferences, objectMoves } from '../../../core/hub/lock-moves.js';
import { inParallel } from '../../threads/in-parallel.js';
import { emptyNotes } from '../resolve/empty-notes.js';
import type { LockPlace } from '../resolve/lock-place.js';
import { isSameRequest, objectsIn, recipeLockName, type LockedObjects } from '../resolve/recipe-lock.js';
import { findBucketObjects, type BucketObject, type OpenBucket } from './bucket-objects.js';
import { lockedVersions } from './locked-versions.js';

/** A source whose files are objects of buckets. */
export interface BucketSource {
  readonly name: string;
  /** As in the recipe. */
  readonly patterns: readonly string[];
}

/** The objects of a source, in the versions that are read. */
export interface PinnedObjects {
  /** Those with bytes, in code-unit order of their paths. */
  readonly objects: readonly BucketObject[];
  /** The entry for the lock, with an element for each object, in the same order. */
  readonly entry: LockedObjects;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/** Objects that are looked up at a time. */
const lookupsAtOnce = 16;

/**
 * Pins the objects of a source by ETag, size and, where the bucket keeps versions, version id. A lock of the
 * same request is reproduced unless it is to be updated. Copies and locks nothing.
 *
 * @throws {HeadraceError} FileNotFoundError, FileChangedError, those of a bucket; RecipeError where the lock
 *   cannot be read.
 */
export async function pinObjects(
  open: OpenBucket,
  { name, patterns }: BucketSource,
  {
    lock,
    updateLock = false,
  }: { readonly lock: Pick<LockPlace, 'read'> } & Pick<ResolveSourceInput, 'updateLock'>,
  signal: AbortSignal,
): Promise<PinnedObjects> {
  const asked = { files: [...patterns] };
  const before = objectsIn(await lock.read(name));
  if (before !== undefined && isSameRequest(before.asked, asked) && !updateLock) {
    const objects = await lockedVersions(open, name, before.files, signal);
    const notes = [await lockNote(open, before), ...emptyNotes(before.emptyFiles)];
    return { objects, entry: before, notes };
  }
  const { objects: listed, empty } = await findBucketObjects(open, patterns);
  if (listed.length === 0)
    throw new HeadraceError(
      'FileNotFoundError',
      `All objects of ${listOf(patterns)} are empty (0 bytes): ${listOf(empty)}`,
    );
  const objects = await inParallel(listed, lookupsAtOnce, signal, (object) => currentVersion(open, object));
  const files = objects.map(({ path, sizeBytes, etag, versionId }) => ({
    path,
    sizeBytes,
    etag,
    ...defined({ versionId }),
  }));
  const entry = { asked, files, emptyFiles: empty };
  return { objects, entry, notes: [...emptyNotes(empty), ...(updateLock ? objectMoves(before, entry) : [])] };
}

/** An object as it is now; lists have no version ids. */
async function currentVersion(open: OpenBucket, object: BucketObject): Promise<BucketObject> {
  const facts = await (await open(object.bucket)).lookUp(object.key);
  if (facts !== undefined && facts.sizeBytes > 0) return { ...object, ...facts };
  throw new HeadraceError(
    'FileChangedError',
    `${object.path} was ${facts === undefined ? 'removed' : 'emptied'} while it was looked up`,
  );
}

/** A note that the objects are the locked ones, and what has changed since. */
async function lockNote(open: OpenBucket, { asked, files }: LockedObjects): Promise<string> {
  const come = files.length === 1 ? 'comes' : 'come';
  const kept = `${plural(files.length, 'object')} of ${listOf(asked.files)} ${come} from ${recipeLockName}`;
  const now = await objectsNow(open, asked.files);
  const since = now.length === 0 ? 'none is there now' : objectDifferences(files, now);
  return since === undefined
    ? kept
    : `${kept}; since then: ${since}. \`--update-lock\` takes what there is now`;
}

/** The lock takes precedence, so objects that are gone are no error here. */
async function objectsNow(open: OpenBucket, patterns: readonly string[]): Promise<readonly BucketObject[]> {
  try {
    return (await findBucketObjects(open, patterns)).objects;
  } catch (error) {
    if (error instanceof HeadraceError && error.type === 'FileNotFoundError') return [];
    throw error;
  }
}
