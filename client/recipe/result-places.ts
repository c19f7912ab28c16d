import { resolve, sep } from 'node:path';
import { bucketPlaceText, isBucketPlace, parseBucketPlace } from '../../activities/artifacts/s3/place.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import type { Recipe } from '../../core/recipe.js';

/** Where the results of a run go. */
export interface ResultPlaces {
  /** What the run writes to: an absolute path, or `s3://…` below a store in a bucket. */
  readonly out: string;
  /**
   * With a store in a bucket, the folder of this machine that results are brought to, and whose
   * `recipe.lock.json` is sent.
   */
  readonly folder?: string;
}

/**
 * The places of a recipe's results. Runs are compared by `out`, so a place has one spelling.
 *
 * @param from - the folder that a relative `out`, and its default `runs/<name>`, starts from.
 * @param store - place of the store.
 * @throws {HeadraceError} RecipeError where `out` is in a bucket, and not below the store.
 */
export function resultPlaces({ name, out }: Recipe, from: string, store: string): ResultPlaces {
  const ownName = `runs/${name}`;
  if (out !== undefined && isBucketPlace(out))
    return { out: belowStore(out, store), folder: resolve(from, ownName) };
  const folder = withSlashes(resolve(from, out ?? ownName));
  return isBucketPlace(store) ? { out: `${spelled(store)}/${ownName}`, folder } : { out: folder };
}

/** The places of a recipe that is resolved. */
export function placesOf({ out, folder }: ResultPlaces): ResultPlaces {
  return { out, ...defined({ folder }) };
}

function belowStore(out: string, store: string): string {
  const spelling = spelled(out);
  if (isBucketPlace(store) && spelling.startsWith(`${spelled(store)}/`)) return spelling;
  throw new HeadraceError('RecipeError', `out is ${out}, which is not below the store ${store}`, {
    remedy: 'Leave `out` out: results go to runs/NAME of the store. Or set HEADRACE_STORE to that bucket.',
  });
}

function spelled(place: string): string {
  return bucketPlaceText(parseBucketPlace(place));
}

/** Elsewhere than on Windows a backslash is a part of a name, or escapes in a glob. */
export function withSlashes(path: string): string {
  return sep === '\\' ? path.replaceAll(sep, '/') : path;
}
