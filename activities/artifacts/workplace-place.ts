import type { Env } from '../../core/env.js';
import { storePlace } from './open-store.js';
import { cacheFolder } from './s3/cache-folder.js';
import { isBucketPlace } from './s3/place.js';

/** The folder of this machine for work on the store: the store, or with a bucket that of its copies. */
export function workplacePlace(env: Env = process.env): string {
  const place = storePlace(env);
  return isBucketPlace(place) ? cacheFolder(env) : place;
}
