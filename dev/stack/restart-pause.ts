/** So many deaths within {@link withinMs} of service end the supervision. */
const mostDeaths = 5;
const withinMs = 60_000;
const firstPauseMs = 1_000;

/**
 * The pause before a part that has died starts again: a second, and twice as long after each further death
 * within a minute of service. Only the time counts in which the part served, so that a part which starts
 * slowly and dies at once is not restarted for ever.
 *
 * @param servedMs - how long the part served before each of its deaths, the last one last; 0 where it died
 *   before it served.
 * @returns milliseconds; `undefined` after the fifth death within a minute: it is not started again.
 */
export function pauseBeforeRestart(servedMs: readonly number[]): number | undefined {
  let deaths = 1;
  let since = 0;
  for (const served of servedMs.slice(1).reverse()) {
    since += served;
    if (since >= withinMs) break;
    deaths += 1;
  }
  return deaths >= mostDeaths ? undefined : firstPauseMs * 2 ** (deaths - 1);
}
