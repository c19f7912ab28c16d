import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../../files/write-atomic.js';

const Identity = z.object({ id: z.string().min(1), port: z.number().int().nonnegative().optional() });

/** Who the server is, whatever process plays it: made once with the state folder. */
export type Identity = z.infer<typeof Identity>;

const file = (stateDir: string) => join(stateDir, 'server.json');

export async function readIdentity(stateDir: string): Promise<Identity> {
  try {
    return Identity.parse(JSON.parse(await readFile(file(stateDir), 'utf8')));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const identity: Identity = { id: randomUUID().replaceAll('-', '').slice(0, 12) };
  await rememberIdentity(stateDir, identity);
  return identity;
}

export async function rememberIdentity(stateDir: string, identity: Identity): Promise<void> {
  await writeFileAtomic(file(stateDir), JSON.stringify(identity, null, 2));
}
