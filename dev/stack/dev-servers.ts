import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ignoreMissing } from '../../files/errno.js';
import { processMark, processState } from '../../files/process-id.js';
import { writeFileAtomic } from '../../files/write-atomic.js';

/** Addresses of the servers that `headrace dev` has started on a store. */
const Addresses = z.object({
  temporalAddress: z.string().exactOptional(),
  temporalUi: z.string().exactOptional(),
  hub: z.string().exactOptional(),
  tinker: z.string().exactOptional(),
});
export type DevAddresses = z.infer<typeof Addresses>;

/** `dev.json` in the store, for commands whose environment names no servers. */
const DevServers = z.object({
  pid: z.number(),
  /** Identifies the process of `headrace dev`, whose id may belong to another process after a crash. */
  process: z.string(),
  ...Addresses.shape,
});
export type DevServers = z.infer<typeof DevServers>;

function pathIn(storeRoot: string): string {
  return join(storeRoot, 'dev.json');
}

/**
 * The servers of the `headrace dev` that runs on the store; `undefined` where none does, whatever a dead one
 * left.
 */
export async function readDevServers(storeRoot: string): Promise<DevServers | undefined> {
  const text = await readFile(pathIn(storeRoot), 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  const servers = DevServers.parse(JSON.parse(text));
  return processState(servers.process) === 'running' ? servers : undefined;
}

/** Records servers that this process has started. */
export async function writeDevServers(storeRoot: string, addresses: DevAddresses): Promise<void> {
  const servers: DevServers = { pid: process.pid, process: processMark(), ...addresses };
  await writeFileAtomic(pathIn(storeRoot), `${JSON.stringify(servers, null, 2)}\n`);
}

export async function removeDevServers(storeRoot: string): Promise<void> {
  await rm(pathIn(storeRoot), { force: true });
}
