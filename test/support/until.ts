import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 120_000;

/**
 * What `look` returns as soon as that is not undefined.
 *
 * @param what - what is waited for, for the error.
 * @param everyMs - the pause between two looks; a few milliseconds where the moment must be met closely.
 * @throws {Error} after two minutes of pauses.
 */
export async function until<Value>(
  look: () => Value | undefined | Promise<Value | undefined>,
  what: () => string,
  everyMs = 20,
): Promise<Value> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += everyMs) {
    const value = await look();
    if (value !== undefined) return value;
    await sleep(everyMs);
  }
  throw new Error(`waited ${patienceMs / 1_000} s without success for ${what()}`);
}
