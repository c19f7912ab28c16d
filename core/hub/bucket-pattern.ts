import { globToRegExp } from './glob.js';

/** Objects of a bucket that a recipe names. */
export interface BucketPattern {
  readonly bucket: string;
  /** Keys of all objects that match begin with it. */
  readonly prefix: string;
  /** Whether an object is meant. A pattern that is a key is no glob, even with `[` in it. */
  readonly matches: (key: string) => boolean;
}

const scheme = 's3://';

/** Whether a path of a recipe names objects of a bucket, and no file of this disk. */
export const isBucketPattern = (path: string): boolean => path.startsWith(scheme);

/**
 * Parses `s3://bucket/path/*.jsonl`: `*` and `?` stay within a folder, `**` crosses folders.
 *
 * @returns `undefined` where it names no bucket or no object.
 */
export function parseBucketPattern(pattern: string): BucketPattern | undefined {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s.exec(pattern) ?? [];
  if (bucket === undefined || key === undefined) return undefined;
  const glob = globToRegExp(key);
  const literal = /^[^*?[{]*/.exec(key)?.[0] ?? '';
  return { bucket, prefix: literal, matches: (each) => each === key || glob.test(each) };
}
