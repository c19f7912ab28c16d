import { relative } from 'node:path';
import { isBucketPlace } from '../../activities/artifacts/s3/place.js';

/** The path relative to the working directory, where it is below it; else the path itself. */
export function fromHere(path: string): string {
  if (isBucketPlace(path)) return path;
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
