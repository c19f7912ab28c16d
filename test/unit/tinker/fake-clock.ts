import type { Clock } from '../../../tinker/http/clock.js';

/** A clock on which sleeping takes no time; `slept` lists the requested delays. */
export function fakeClock(): Clock & { readonly slept: number[] } {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    random: () => 0,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
      // Lets the event loop turn, so that an abort can arrive.
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
  };
}
