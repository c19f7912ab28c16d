import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fromEnv, type Env } from '../../core/env.js';
import type { Count } from '../../core/run/meter.js';
import { LocalStore } from './local-store.js';
import { isBucketPlace } from './s3/place.js';
import type { ArtifactStore } from './store.js';

/** The place of the store: `HEADRACE_STORE`, a folder or `s3://bucket/prefix`, or `~/.cache/headrace`. */
export function storePlace(env: Env = process.env): string {
  const named = fromEnv(env, 'HEADRACE_STORE');
  if (named === undefined) return join(homedir(), '.cache', 'headrace');
  return isBucketPlace(named) ? named : resolve(named);
}

/** Options of {@link openStore}. */
export interface StoreOptions {
  /**
   * Whether finding an artifact marks it as used: of a bucket, a plan. False for commands that only show the
   * store.
   *
   * @default true
   */
  readonly marksUse?: boolean;
  /** Names the S3 service and this machine's cache, and holds the key. @default that of the process */
  readonly env?: Env;
  /** Called with what failed for a moment and was repeated, once a kind. @default a line on stderr */
  readonly onWarning?: (message: string) => void;
  /** Takes the requests to a service, and the bytes that came from it. @default nothing does */
  readonly count?: Count;
}

/**
 * Opens the store in a folder, which is created where it is missing, or in a bucket.
 *
 * @param place - as {@link storePlace} has it.
 * @throws {HeadraceError} UsageError; those of a bucket: BucketMissingError, StoreForbiddenError,
 *   StoreRegionError, StoreClockError, StoreAnswerError, StoreUnavailableError.
 */
export async function openStore(place: string, options: StoreOptions = {}): Promise<ArtifactStore> {
  if (!isBucketPlace(place)) return await LocalStore.open(place, options.marksUse ?? true);
  const { openS3Store } = await import('./s3/open-s3-store.js');
  const { env = process.env, onWarning = warn, count = () => undefined } = options;
  return await openS3Store(place, { env, onWarning, count, marksUse: options.marksUse ?? true });
}

function warn(message: string): void {
  process.stderr.write(`${message}\n`);
}
