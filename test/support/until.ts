import { setTimeout as sleep } from 'node:timers/promises';

const everyMs = 20;
const looks = 6_000;

/**
 * What `look` returns as soon as that is not undefined.
 *
 * @param what - what is waited for, for the error.
 * @throws {Error} after two minutes of looking.
 */
export async function until<Value>(
  look: () => Value | undefined | Promise<Value | undefined>,
  what: () => string,
): Promise<Value> {
  for (let count = 0; count < looks; count += 1) {
    const value = await look();
    if (value !== undefined) return value;
    await sleep(everyMs);
  }
  throw new Error(`waited in vain: ${what()}`);
}
