import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isMissing } from '../files/errno.js';
import { writeFileAtomic } from '../files/write-atomic.js';

/** Addresses that `headrace dev` leaves in the store, for commands whose environment names no others. */
export const DevServers = z.object({
  pid: z.number(),
  temporalAddress: z.string().exactOptional(),
  temporalUi: z.string().exactOptional(),
  hub: z.string().exactOptional(),
  tinker: z.string().exactOptional(),
});
export type DevServers = z.infer<typeof DevServers>;

const fileName = 'dev.json';

/** What a running `headrace dev` wrote; `undefined` where none runs. */
export async function readDevServers(storeRoot: string): Promise<DevServers | undefined> {
  let text: string;
  try {
    text = await readFile(join(storeRoot, fileName), 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const servers = DevServers.parse(JSON.parse(text));
  return isAlive(servers.pid) ? servers : undefined;
}

export async function writeDevServers(storeRoot: string, servers: DevServers): Promise<void> {
  await writeFileAtomic(join(storeRoot, fileName), `${JSON.stringify(servers, null, 2)}\n`);
}

export async function removeDevServers(storeRoot: string): Promise<void> {
  await rm(join(storeRoot, fileName), { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
