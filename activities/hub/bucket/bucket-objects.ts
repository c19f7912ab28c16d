import { createHash } from 'node:crypto';
import { HeadraceError } from '../../../core/errors.js';
import { parseBucketPattern } from '../../../core/hub/bucket-pattern.js';
import { listOf } from '../../../core/hub/data-files.js';
import type { Objects } from '../../artifacts/s3/objects.js';

/** An object that a recipe names, in one version. */
export interface BucketObject {
  /** `s3://bucket/key`. */
  readonly path: string;
  readonly bucket: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  /** Where the bucket keeps versions. */
  readonly versionId?: string;
}

/** The objects that patterns match. */
export interface FoundObjects {
  /** Those with bytes, each once, in code-unit order of their paths. */
  readonly objects: readonly BucketObject[];
  /** Paths of empty ones. */
  readonly empty: readonly string[];
}

/** Gives the objects of a bucket. */
export type OpenBucket = (bucket: string) => Promise<Objects>;

/**
 * The objects that patterns match: `s3://bucket/path/*.jsonl`.
 *
 * @throws {HeadraceError} RecipeError, FileNotFoundError, those of {@link Objects}.
 */
export async function findBucketObjects(
  open: OpenBucket,
  patterns: readonly string[],
): Promise<FoundObjects> {
  const found = new Map<string, BucketObject>();
  for (const pattern of patterns)
    for (const object of await matchesOf(open, pattern)) found.set(object.path, object);
  const sorted = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    objects: sorted.filter(({ sizeBytes }) => sizeBytes > 0),
    empty: sorted.filter(({ sizeBytes }) => sizeBytes === 0).map(({ path }) => path),
  };
}

async function matchesOf(open: OpenBucket, pattern: string): Promise<readonly BucketObject[]> {
  const parsed = parseBucketPattern(pattern);
  if (parsed === undefined)
    throw new HeadraceError('RecipeError', `${pattern} names no object; expected s3://bucket/path/*.jsonl`);
  const { bucket, prefix, matches } = parsed;
  const objects: BucketObject[] = [];
  const others: string[] = [];
  for await (const { key, sizeBytes, etag } of (await open(bucket)).list(prefix)) {
    const path = `s3://${bucket}/${key}`;
    // Programs that show folders put empty objects in their places.
    if (!key.endsWith('/') && matches(key)) objects.push({ path, bucket, key, sizeBytes, etag });
    else others.push(key);
  }
  if (objects.length > 0) return objects;
  const there =
    others.length === 0
      ? `the bucket has no object whose key begins with "${prefix}"`
      : `of ${others.length} objects whose keys begin with "${prefix}" none matches: ${listOf(others)}`;
  throw new HeadraceError('FileNotFoundError', `No object matches ${pattern}; ${there}`);
}

/** The bucket and the key of `s3://bucket/key`. */
export function addressOf(path: string): Pick<BucketObject, 'bucket' | 'key'> {
  const [bucket = '', ...key] = path.slice('s3://'.length).split('/');
  return { bucket, key: key.join('/') };
}

/** Names the content of an object: 64 hex digits of its address, size and version. */
export function pinOf({ path, sizeBytes, etag }: BucketObject): string {
  return createHash('sha256').update(`${path}\n${sizeBytes}\n${etag}`).digest('hex');
}
