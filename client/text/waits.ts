import type { Wait } from '../../core/run/state.js';
import { waysOn } from '../../core/run/ways-on.js';

/** What the run `name` waits for, and the commands that let it continue. */
export function waitText(name: string, waits: readonly Wait[]): string {
  return waits.map((wait) => oneWait(name, wait)).join('\n');
}

function oneWait(name: string, wait: Wait): string {
  return [
    `${wait.what} waits for a decision: ${wait.type}`,
    `  ${wait.message}`,
    ...(wait.remedy === '' ? [] : [`  ${wait.remedy}`]),
    `  Then: ${waysOn(name, wait).join('\n  or:   ')}`,
  ].join('\n');
}
