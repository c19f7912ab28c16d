import { join, resolve } from 'node:path';
import { storePlace } from '../../../activities/artifacts/open-store.js';

/**
 * The state folder of a development server. @param option - `--state`. @default `dev/<server>` in the store
 */
export function stateDir(server: string, option: string | undefined): string {
  return option === undefined ? join(storePlace(), 'dev', server) : resolve(option);
}
