import { isBucketPlace } from '../../activities/artifacts/s3/place.js';
import type { Env } from '../../core/env.js';
import { openLocalWork, type LocalWork } from '../local-work.js';
import { checkBucket } from './check-bucket.js';
import { checkCache } from './check-cache.js';
import { checkLifecycle } from './check-lifecycle.js';
import { failed } from './checks.js';
import type { Check } from './checks.js';

/** The checks of a store, and the store itself where it can be opened. */
export interface CheckedStore {
  readonly checks: readonly Check[];
  readonly local: LocalWork | undefined;
}

/**
 * Checks the store of the environment: that it opens; of one in a bucket, what its work needs.
 *
 * @param place - of the store.
 */
export async function checkStore(place: string, env: Env): Promise<CheckedStore> {
  const isBucket = isBucketPlace(place);
  const needed = isBucket ? [...(await checkBucket(place, env)), await checkCache(env)] : [];
  if (needed.some(({ status }) => status === 'failed')) return { checks: needed, local: undefined };
  const checks = [...needed, ...(isBucket ? await checkLifecycle(place, env) : [])];
  try {
    return { checks, local: await openLocalWork() };
  } catch (error) {
    return { checks: [...checks, failed('store', error)], local: undefined };
  }
}
