import { join, resolve } from 'node:path';
import { workplacePlace } from '../../../activities/artifacts/workplace-place.js';

/**
 * The state folder of a development server.
 *
 * @param option - `--state`. @default `dev/<server>` in the workplace
 */
export function stateDir(server: string, option: string | undefined): string {
  return option === undefined ? join(workplacePlace(), 'dev', server) : resolve(option);
}
