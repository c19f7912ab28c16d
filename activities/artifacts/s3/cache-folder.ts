import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fromEnv, type Env } from '../../../core/env.js';
import { HeadraceError } from '../../../core/errors.js';

/** The folder of a machine's copies of a store in a bucket: `HEADRACE_CACHE`, or `~/.cache/headrace`. */
export function cacheFolder(env: Env): string {
  const named = fromEnv(env, 'HEADRACE_CACHE');
  return named === undefined ? join(homedir(), '.cache', 'headrace') : resolve(named);
}

const defaultCacheBytes = 20e9;

/** The most bytes of these copies: `HEADRACE_CACHE_BYTES`, or 20 GB. @throws {HeadraceError} UsageError. */
export function cacheBytes(env: Env): number {
  const text = fromEnv(env, 'HEADRACE_CACHE_BYTES');
  if (text === undefined) return defaultCacheBytes;
  const bytes = Number(text);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new HeadraceError(
    'UsageError',
    `HEADRACE_CACHE_BYTES is "${text}"; expected a number of bytes, for instance 20000000000`,
  );
}
