import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fromEnv, type Env } from '../../core/env.js';

/** The folder of this machine for what need not outlive it: `HEADRACE_CACHE`, or `~/.cache/headrace`. */
export function cacheFolder(env: Env): string {
  const named = fromEnv(env, 'HEADRACE_CACHE');
  return named === undefined ? join(homedir(), '.cache', 'headrace') : resolve(named);
}
