import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadraceError } from '../core/errors.js';
import { readDevServers } from '../dev/stack/dev-servers.js';
import type { DevServers } from '../dev/stack/dev-servers.js';
import { say } from './text/output.js';

const lookEveryMs = 100;

/**
 * The `headrace dev` that runs on the store, once its Temporal and worker serve; `undefined` where none runs.
 *
 * @throws {HeadraceError} ServerEndedError where it ends before.
 */
export async function servingDev(workplace: string): Promise<DevServers | undefined> {
  const first = await readDevServers(workplace);
  if (first === undefined || first.serves) return first;
  say(`Waiting for \`headrace dev\` (process ${first.pid}), which starts its servers. Ctrl-C ends the wait.`);
  for (;;) {
    await sleep(lookEveryMs);
    const dev = await readDevServers(workplace);
    if (dev === undefined)
      throw new HeadraceError(
        'ServerEndedError',
        `\`headrace dev\` (process ${first.pid}) has ended before its servers served; their logs are in ${join(workplace, 'dev', 'logs')}`,
      );
    if (dev.serves) return dev;
  }
}
