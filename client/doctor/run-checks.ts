import { storePlace } from '../../activities/artifacts/open-store.js';
import { isBucketPlace } from '../../activities/artifacts/s3/place.js';
import { checksSummary, warned, type Check } from './checks.js';
import { plural } from '../../core/format.js';
import { roles, rolesFor } from '../../core/run/roles.js';
import { taskQueueOf } from '../../worker/connection.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { print, say } from '../text/output.js';
import { commandEnvironment } from '../environment.js';
import { unattendedWork } from '../local-work.js';
import { checkHub } from './check-hub.js';
import { checkSources } from './check-sources.js';
import { checkStore } from './check-store.js';
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
  const env = await commandEnvironment();
  const { signal } = unattendedWork();
  const shown = new ShownChecks(options.json);
  const place = storePlace();
  // Printed at once: an address without a server takes ten seconds.
  const sources = plural(recipe?.sources.length ?? 0, 'source');
  const store = isBucketPlace(place) ? `the store ${place}, ` : '';
  if (!options.json) say(`Checking ${store}Temporal, Tinker and ${sources} …`);
  const { checks: ofStore, local } = await checkStore(place, env);
  for (const check of ofStore) shown.add(check);
  const taskQueue = options.taskQueue ?? (local === undefined ? undefined : taskQueueOf(local.store.id));
  // All checks run at once and are shown in this order.
  const groups = [
    checkTemporal(taskQueue, recipe === undefined ? roles : rolesFor(recipe)),
    checkHub(env, recipe, signal),
    checkTinker(env, recipe, signal),
    ...(local === undefined ? [withoutStore(recipe)] : checkSources(local, recipe)),
  ];
  for (const group of groups) for (const check of await group) shown.add(check);
  const { ok, checks } = shown;
  if (options.json) print(JSON.stringify({ ok, store: place, checks }, null, 2));
  else print(`\n${checksSummary(checks)}.`);
  return ok ? exitCodes.done : exitCodes.failed;
}

async function withoutStore(recipe: ResolvedRecipe | undefined): Promise<readonly Check[]> {
  if (recipe === undefined) return [];
  return [warned('sources', 'not checked, as the store cannot be opened')];
}
