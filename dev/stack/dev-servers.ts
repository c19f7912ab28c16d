import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ignoreMissing } from '../../files/errno.js';
import { processMark, processState } from '../../files/process-id.js';
import { writeFileAtomic } from '../../files/write-atomic.js';

/** The content of `dev.json` in the workplace of a store, for commands whose environment names no servers. */
const DevServers = z.object({
  pid: z.number(),
  /** Mark of the process of `headrace dev`: after a crash another process may have its `pid`. */
  process: z.string(),
  /** Whether Temporal and the worker serve. They do not while they start, at first or again. */
  serves: z.boolean(),
  temporalAddress: z.string().exactOptional(),
  temporalUi: z.string().exactOptional(),
  hub: z.string().exactOptional(),
  tinker: z.string().exactOptional(),
});
export type DevServers = z.infer<typeof DevServers>;

function pathIn(workplace: string): string {
  return join(workplace, 'dev.json');
}

/** The `headrace dev` that runs on the store, with its servers; `undefined` where none runs. */
export async function readDevServers(workplace: string): Promise<DevServers | undefined> {
  const text = await readFile(pathIn(workplace), 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  const servers = DevServers.parse(JSON.parse(text));
  return processState(servers.process) === 'running' ? servers : undefined;
}

/** Writes `dev.json` for servers that this process has started or starts. */
export async function writeDevServers(
  workplace: string,
  state: Omit<DevServers, 'pid' | 'process'>,
): Promise<void> {
  const servers: DevServers = { pid: process.pid, process: processMark(), ...state };
  await writeFileAtomic(pathIn(workplace), `${JSON.stringify(servers, null, 2)}\n`);
}

/** Removes `dev.json`. */
export async function removeDevServers(workplace: string): Promise<void> {
  await rm(pathIn(workplace), { force: true });
}
