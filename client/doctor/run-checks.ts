import { checksSummary } from './checks.js';
import { plural } from '../../core/format.js';
import { roles, rolesFor } from '../../core/run/roles.js';
import { taskQueueOf } from '../../worker/connection.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { openLocalWork } from '../local-work.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { print, say } from '../text/output.js';
import { checkHub } from './check-hub.js';
import { checkSources } from './check-sources.js';
import { checkTemporal } from './check-temporal.js';
import { checkTinker } from './check-tinker.js';
import { ShownChecks } from './show-checks.js';

/**
 * Checks what a run of the recipe needs; without a recipe, this machine and the servers. Returns 1 where a
 * check fails.
 */
export async function runChecks(
  recipe: ResolvedRecipe | undefined,
  options: { readonly json: boolean; readonly taskQueue: string | undefined },
): Promise<ExitCode> {
  const local = await openLocalWork();
  const { store, env, work } = local;
  // Printed at once: an address without a server takes ten seconds.
  if (!options.json) say(`Checking Temporal, Tinker and ${plural(recipe?.sources.length ?? 0, 'source')} …`);
  // All checks run at once and are shown in this order.
  const groups = [
    checkTemporal(
      options.taskQueue ?? taskQueueOf(store.id),
      recipe === undefined ? roles : rolesFor(recipe),
    ),
    checkHub(env, recipe, work.signal),
    checkTinker(env, recipe, work.signal),
    ...checkSources(local, recipe),
  ];
  const shown = new ShownChecks(options.json);
  for (const group of groups) for (const check of await group) shown.add(check);
  const { ok, checks } = shown;
  if (options.json) print(JSON.stringify({ ok, store: store.place, checks }, null, 2));
  else print(`\n${checksSummary(checks)}.`);
  return ok ? exitCodes.done : exitCodes.failed;
}
