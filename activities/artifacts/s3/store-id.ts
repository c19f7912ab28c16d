import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { storeIdKey } from './layout.js';
import type { Objects } from './objects.js';

/** Far longer than a process takes from its look for an id to its own. */
const settleMs = 5_000;

/**
 * The id of the store, which the first process makes. Where the service ignores conditions, several may write
 * one at first: then all of them wait, and the last one stays.
 */
export async function storeIdOf(objects: Objects): Promise<string> {
  const found = await readId(objects);
  if (found !== undefined) return found;
  const own = Buffer.from(`${randomUUID().replaceAll('-', '').slice(0, 12)}\n`);
  await objects.put(storeIdKey, own, { ifAbsent: true });
  const ignoresConditions = (await objects.put(storeIdKey, own, { ifAbsent: true })) === 'written';
  if (ignoresConditions) await sleep(settleMs);
  const id = await readId(objects);
  if (id === undefined) throw new Error(`${objects.place}/${storeIdKey} vanished when it was written`);
  return id;
}

async function readId(objects: Objects): Promise<string | undefined> {
  return (await objects.get(storeIdKey))?.toString('utf8').trim();
}
