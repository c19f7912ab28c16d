import type { Env } from '../../../core/env.js';
import type { Count } from '../../../core/run/meter.js';
import { cacheBytes, cacheFolder } from './cache-folder.js';
import { Workplace } from '../workplace.js';
import { FileCache } from './cache/file-cache.js';
import { connectS3 } from './connect.js';
import type { Objects } from './objects.js';
import { parseBucketPlace } from './place.js';
import { Requests } from './requests.js';
import { S3Objects } from './s3-objects.js';
import { S3Store } from './s3-store.js';
import { scrubber } from './scrubber.js';
import { storeIdOf } from './store-id.js';
import { defaultS3Tuning, type S3Tuning } from './tuning.js';

/** How an S3 service is reached. */
export interface S3Options {
  /** Names the service and the key, as for AWS's own programs. */
  readonly env: Env;
  /** Called with a line about requests that are repeated. */
  readonly onWarning: (message: string) => void;
  readonly count: Count;
  readonly tuning?: Partial<S3Tuning>;
}

/** Opens the store at `s3://bucket/prefix`, which the first process makes. */
export async function openS3Store(place: string, options: S3Options): Promise<S3Store> {
  const { env, onWarning, count } = options;
  const objects = await openObjects(place, options);
  const workplace = await Workplace.at(cacheFolder(env));
  const cache = await FileCache.open(workplace.root, cacheBytes(env));
  return new S3Store({ id: await storeIdOf(objects), objects, workplace, cache, onWarning, count });
}

/** The objects below `s3://bucket/prefix`. */
export async function openObjects(place: string, options: S3Options): Promise<Objects> {
  const { env, onWarning, count } = options;
  const tuning = { ...defaultS3Tuning, ...options.tuning };
  const connection = await connectS3(env, tuning);
  const scrub = scrubber(connection, env);
  const requests = new Requests({ place, tuning, scrub, onWarning, count });
  return new S3Objects(connection, { place: parseBucketPlace(place), requests, tuning });
}
