import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing } from '../../files/errno.js';
import { namesIn } from '../../files/names-in.js';
import type { CachedScratch } from './store-survey.js';

/** Scratch on this machine. @param root - of the workplace. */
export async function surveyScratch(root: string): Promise<CachedScratch[]> {
  const found: CachedScratch[] = [];
  for (const name of await namesIn(join(root, 'tmp'))) {
    const path = join(root, 'tmp', name);
    const usedAt = await newestOf(path);
    if (usedAt !== undefined) found.push({ path, sizeBytes: await sizeOf(path), usedAt });
  }
  return found;
}

/** Bytes of a file, or of all files below a folder. */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(ignoreMissing);
  if (found === undefined || !found.isDirectory()) return found?.size ?? 0;
  let bytes = 0;
  for (const name of await namesIn(path)) bytes += await sizeOf(join(path, name));
  return bytes;
}

async function newestOf(path: string): Promise<Date | undefined> {
  const found = await stat(path).catch(ignoreMissing);
  if (found === undefined) return undefined;
  let newest = found.mtime;
  if (found.isDirectory())
    for (const name of await namesIn(path)) {
      const below = await newestOf(join(path, name));
      if (below !== undefined && below > newest) newest = below;
    }
  return newest;
}
