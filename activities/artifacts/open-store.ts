import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fromEnv, type Env } from '../../core/env.js';
import { LocalStore } from './local-store.js';
import type { ArtifactStore } from './store.js';

/** The place of the store: `HEADRACE_STORE`, or `~/.cache/headrace`. */
export function storePlace(env: Env = process.env): string {
  const named = fromEnv(env, 'HEADRACE_STORE');
  return named === undefined ? join(homedir(), '.cache', 'headrace') : resolve(named);
}

/** Options of {@link openStore}. */
export interface StoreOptions {
  /**
   * Whether finding an artifact marks it as used. False for commands that only show the store. @default true
   */
  readonly marksUse?: boolean;
}

/** Opens the store in a folder, which is created where it is missing. */
export async function openStore(place: string, options: StoreOptions = {}): Promise<ArtifactStore> {
  return await LocalStore.open(place, options.marksUse ?? true);
}
