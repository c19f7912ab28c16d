import { readdir } from 'node:fs/promises';
import { ignoreMissing } from './errno.js';

/** Names of the entries of a folder, in code-unit order; none where the folder does not exist. */
export async function namesIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(ignoreMissing);
  return (names ?? []).sort();
}
