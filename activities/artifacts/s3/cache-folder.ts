import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fromEnv, type Env } from '../../../core/env.js';

/** The folder of a machine's copies of a store in a bucket: `HEADRACE_CACHE`, or `~/.cache/headrace`. */
export function cacheFolder(env: Env): string {
  const named = fromEnv(env, 'HEADRACE_CACHE');
  return named === undefined ? join(homedir(), '.cache', 'headrace') : resolve(named);
}
