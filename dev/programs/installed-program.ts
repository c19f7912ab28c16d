import { join } from 'node:path';
import { canRun, executableName, findOnPath } from './executable.js';
import { toolCache } from './tool-cache.js';

/** Where a program is, or where it is to be put: its path in the cache, and that folder. */
type ProgramPlace =
  | { readonly found: string }
  | { readonly found: undefined; readonly target: string; readonly cache: string };

/**
 * Looks for a program on PATH, then in the cache.
 *
 * @param label - begins the line for `log`: `S3 server`.
 * @param log - called with the place where it was found.
 */
export async function installedProgram(
  name: string,
  label: string,
  log: (line: string) => void,
): Promise<ProgramPlace> {
  const onPath = await findOnPath(name);
  if (onPath !== undefined) {
    log(`${label}: ${onPath} (on PATH)`);
    return { found: onPath };
  }
  const cache = await toolCache();
  const target = join(cache, executableName(name));
  if (!(await canRun(target))) return { found: undefined, target, cache };
  log(`${label}: ${target} (from the cache)`);
  return { found: target };
}
