import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ignoreMissing } from '../../files/errno.js';
import { writeFileAtomic } from '../../files/write-atomic.js';

/** The root account of an S3 server. */
const RootKey = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }).readonly();
export type RootKey = z.infer<typeof RootKey>;

/** The file of the key in the state folder of a server. */
export function rootKeyPath(stateDir: string): string {
  return join(stateDir, 'root-key.json');
}

/** The key of the server with that state folder; a random one is made where it has none. */
export async function readRootKey(stateDir: string): Promise<RootKey> {
  const path = rootKeyPath(stateDir);
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  if (text !== undefined) return RootKey.parse(JSON.parse(text));
  const key = {
    accessKeyId: `dev${randomBytes(8).toString('hex')}`,
    secretAccessKey: randomBytes(24).toString('hex'),
  };
  await writeFileAtomic(path, `${JSON.stringify(key)}\n`);
  return key;
}
