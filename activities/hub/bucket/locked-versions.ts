import { defined } from '../../../core/defined.js';
import { HeadraceError } from '../../../core/errors.js';
import { formatBytes, plural } from '../../../core/format.js';
import { listOf } from '../../../core/hub/data-files.js';
import type { ObjectFacts } from '../../artifacts/s3/objects.js';
import { inParallel } from '../../threads/in-parallel.js';
import { recipeLockName, type LockedObject } from '../resolve/recipe-lock.js';
import { addressOf, type BucketObject, type OpenBucket } from './bucket-objects.js';

/** A locked object, as it was found. */
interface Found {
  readonly file: LockedObject;
  /** `undefined` where its locked version is there no more. */
  readonly object: BucketObject | undefined;
  /** What is there in its place. */
  readonly now: ObjectFacts | undefined;
}

/** Objects that are looked up at a time. */
const lookupsAtOnce = 16;

/** Version id of an object that was written before its bucket kept versions. */
const beforeVersions = 'null';

/**
 * The objects that a lock names, in its order.
 *
 * @param name - of the source.
 * @throws {HeadraceError} FileChangedError where one was replaced, FileNotFoundError where one is gone, and
 *   the bucket does not have the locked version; those of a bucket.
 */
export async function lockedVersions(
  open: OpenBucket,
  name: string,
  files: readonly LockedObject[],
  signal: AbortSignal,
): Promise<BucketObject[]> {
  const found = await inParallel(files, lookupsAtOnce, signal, (file) => findVersion(open, file));
  const [first, ...others] = found.filter(({ object }) => object === undefined);
  if (first === undefined) return found.flatMap(({ object }) => object ?? []);
  const { file, now } = first;
  const more =
    others.length === 0
      ? ''
      : `; the same holds for ${plural(others.length, 'more object')} of it: ${listOf(others.map((each) => each.file.path))}`;
  throw new HeadraceError(
    now === undefined ? 'FileNotFoundError' : 'FileChangedError',
    `${file.path} of the source ${name} is not the object that ${recipeLockName} names: ` +
      `expected ${versionText(file)}; found ${now === undefined ? 'no object' : versionText(now)}${more}`,
    { remedy: lockRemedy(name) },
  );
}

/** What to do where a locked object has changed. */
export function lockRemedy(name: string): string {
  return (
    'Put the object back, or take what is there now: `headrace start` with --update-lock, or where the run waits ' +
    `\`headrace retry-source RUN ${name} --update-lock\`.`
  );
}

async function findVersion(open: OpenBucket, file: LockedObject): Promise<Found> {
  const address = addressOf(file.path);
  const bucket = await open(address.bucket);
  const lookUp = async (versionId?: string): Promise<BucketObject | undefined> => {
    const facts = await bucket.lookUp(address.key, versionId);
    if (facts?.etag !== file.etag || facts.sizeBytes !== file.sizeBytes) return undefined;
    return { ...address, path: file.path, ...facts, ...defined({ versionId: facts.versionId ?? versionId }) };
  };
  let object = await lookUp(file.versionId);
  if (file.versionId === undefined) object ??= await lookUp(beforeVersions);
  return { file, object, now: object === undefined ? await bucket.lookUp(address.key) : undefined };
}

function versionText({ etag, sizeBytes, versionId }: ObjectFacts): string {
  const version = versionId === undefined ? '' : `version ${versionId}, `;
  return `${version}ETag ${etag}, ${formatBytes(sizeBytes)}`;
}
