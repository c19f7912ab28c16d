import { join, resolve } from 'node:path';
import { defaultStoreRoot } from '../../../activities/artifacts/store.js';

/**
 * The state folder of a development server. @param option - `--state`. @default `dev/<server>` in the store
 */
export function stateDir(server: string, option: string | undefined): string {
  return option === undefined ? join(defaultStoreRoot(), 'dev', server) : resolve(option);
}
