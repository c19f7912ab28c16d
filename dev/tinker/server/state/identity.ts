import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ignoreMissing } from '../../../../files/errno.js';
import { writeFileAtomic } from '../../../../files/write-atomic.js';

const Identity = z.object({ id: z.string().min(1), port: z.number().int().nonnegative().optional() });

/** The id and port of the server of a state folder. Every process that serves the folder has the same. */
export type Identity = z.infer<typeof Identity>;

const fileOf = (stateDir: string): string => join(stateDir, 'server.json');

/** Reads the identity of a state folder, or makes one. */
export async function readIdentity(stateDir: string): Promise<Identity> {
  const text = await readFile(fileOf(stateDir), 'utf8').catch(ignoreMissing);
  if (text !== undefined) return Identity.parse(JSON.parse(text));
  const identity: Identity = { id: randomUUID().replaceAll('-', '').slice(0, 12) };
  await writeIdentity(stateDir, identity);
  return identity;
}

export async function writeIdentity(stateDir: string, identity: Identity): Promise<void> {
  await writeFileAtomic(fileOf(stateDir), JSON.stringify(identity, null, 2));
}
