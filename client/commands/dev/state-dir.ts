import { join, resolve } from 'node:path';
import { localFolder } from '../../../activities/artifacts/open-store.js';

/**
 * The state folder of a development server. @param option - `--state`. @default `dev/<server>` in the store, or in the
 * cache where the store is in a bucket
 */
export function stateDir(server: string, option: string | undefined): string {
  return option === undefined ? join(localFolder(), 'dev', server) : resolve(option);
}
