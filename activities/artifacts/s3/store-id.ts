import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadraceError } from '../../../core/errors.js';
import { storeIdCandidateKey, storeIdKey } from './layout.js';
import type { Objects } from './objects.js';

/** Far longer than a process takes from its look for an id to its own. */
const settleMs = 5_000;

/**
 * The id of the store, which the first process makes. Where the service ignores conditions, those that find
 * none put candidates, wait, and make the last one the id: an id that is there is never replaced.
 */
export async function storeIdOf(objects: Objects): Promise<string> {
  const found = await idIn(objects, storeIdKey);
  if (found !== undefined) return found;
  const own = randomUUID().replaceAll('-', '').slice(0, 12);
  await put(objects, storeIdCandidateKey, own);
  if ((await put(objects, storeIdCandidateKey, own)) === 'exists') await put(objects, storeIdKey, own);
  else {
    await sleep(settleMs);
    const last = (await idIn(objects, storeIdCandidateKey)) ?? own;
    if ((await idIn(objects, storeIdKey)) === undefined) await put(objects, storeIdKey, last);
  }
  const id = await idIn(objects, storeIdKey);
  if (id === undefined)
    throw new HeadraceError(
      'StoreAnswerError',
      `${objects.place}/${storeIdKey} was written and is not there`,
    );
  return id;
}

async function idIn(objects: Objects, key: string): Promise<string | undefined> {
  return (await objects.get(key))?.toString('utf8').trim();
}

async function put(objects: Objects, key: string, id: string): Promise<'written' | 'exists'> {
  return await objects.put(key, Buffer.from(`${id}\n`), { ifAbsent: true });
}
