import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder of downloaded and built programs, shared by all stores. It is created where it is missing. */
export async function toolCache(): Promise<string> {
  const folder = join(homedir(), '.cache', 'headrace', 'bin');
  await mkdir(folder, { recursive: true });
  return folder;
}
