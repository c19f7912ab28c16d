import pLimit from 'p-limit';
import { defaultStoreRoot, openStore, type ArtifactStore } from '../../activities/artifacts/store.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { whoAmI } from '../../activities/hub/http/whoami.js';
import { freeBytes } from '../../files/room.js';
import { checkBaseModel } from '../../activities/train/server/check-base-model.js';
import { createTinkerAccess } from '../../activities/train/server/tinker-access.js';
import { checkLines, checksSummary, failed, passed, warned, type Check } from '../doctor/checks.js';
import type { Env } from '../../core/env.js';
import { HeadraceError } from '../../core/errors.js';
import { formatBytes, plural } from '../../core/format.js';
import type { WorkContext } from '../../core/progress.js';
import { rendererNames, type Train } from '../../core/recipe.js';
import { rendererFor } from '../../core/training/base-models.js';
import { taskQueueOf } from '../../worker/connection.js';
import { workerEnvironment } from '../../worker/environment.js';
import { say } from '../text/output.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { readRecipeFile, type ResolvedRecipe } from '../recipe/recipe-file.js';
import { requireWorker } from '../runs/start-run.js';
import { secrets } from '../secrets.js';
import { checkSource, type CheckedSource } from '../doctor/check-source.js';
import { connectTemporal } from '../temporal/connect.js';

export interface DoctorOptions {
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly taskQueue?: string;
}

/** `headrace doctor [RECIPE]`: everything that can be known before a run, each with what to do about it. */
export async function doctor(path: string | undefined, options: DoctorOptions): Promise<ExitCode> {
  const recipe = path === undefined ? undefined : await readRecipeFile(path, { set: options.set });
  const storeRoot = defaultStoreRoot();
  const env = await workerEnvironment(process.env, storeRoot);
  secrets.learnFrom(env);
  const store = await openStore(storeRoot);
  const checks: Check[] = [];
  const tell = (check: Check): void => {
    const { message, remedy } = check;
    const clean = {
      ...check,
      message: secrets.scrub(message),
      ...(remedy === undefined ? {} : { remedy: secrets.scrub(remedy) }),
    };
    checks.push(clean);
    if (options.json !== true) process.stdout.write(`${checkLines(clean).join('\n')}\n`);
  };
  const work: WorkContext = { signal: new AbortController().signal, progress: () => undefined };
  // An address where nobody answers takes ten seconds.
  if (options.json !== true)
    say(`Looking at Temporal, Tinker and ${plural(recipe?.sources.length ?? 0, 'source')} …`);
  // Everything is asked at once, and told in this order.
  const asked = [
    checkTemporal(options.taskQueue ?? taskQueueOf(store.id)),
    checkHub(env, recipe, work),
    checkTinker(env, recipe, work),
    ...checkSources(store, env, recipe, work),
  ];
  for (const group of asked) for (const check of await group) tell(check);
  if (options.json === true) {
    const ok = checks.every((check) => check.status !== 'failed');
    process.stdout.write(`${JSON.stringify({ ok, store: storeRoot, checks }, null, 2)}\n`);
  } else process.stdout.write(`\n${checksSummary(checks)}.\n`);
  return checks.some((check) => check.status === 'failed') ? exitCodes.failed : exitCodes.done;
}

async function checkTemporal(taskQueue: string): Promise<Check[]> {
  try {
    const temporal = await connectTemporal();
    try {
      const { address, namespace } = temporal.target;
      const reached = passed('temporal', `${address}, namespace ${namespace}`);
      try {
        await requireWorker(temporal, taskQueue);
        return [reached, passed('worker', `polls ${taskQueue}`)];
      } catch (error) {
        return [reached, failed('worker', error)];
      }
    } finally {
      await temporal.close();
    }
  } catch (error) {
    return [failed('temporal', error)];
  }
}

async function checkHub(env: Env, recipe: ResolvedRecipe | undefined, work: WorkContext): Promise<Check[]> {
  if (recipe?.sources.every((source) => source.dataset === undefined) === true) return [];
  try {
    const { endpoint, offline, tokenFrom, account } = await whoAmI(env, work.signal);
    if (offline) return [passed('hub', `HF_HUB_OFFLINE is set: ${endpoint} is not asked`)];
    if (tokenFrom === undefined)
      return [
        warned(
          'hub token',
          `none for ${endpoint}: open datasets only`,
          'For gated or private ones set HF_TOKEN on the worker, or run `hf auth login` there.',
        ),
      ];
    const who = account === undefined ? 'the Hub does not say whose' : `account ${account}`;
    return [passed('hub token', `from ${tokenFrom}, ${who}, at ${endpoint}`)];
  } catch (error) {
    return [failed('hub token', error)];
  }
}

async function checkTinker(
  env: Env,
  recipe: ResolvedRecipe | undefined,
  work: WorkContext,
): Promise<Check[]> {
  const train = recipe?.train;
  if (recipe !== undefined && train === undefined) return [];
  const checks: Check[] = [];
  if (train !== undefined) checks.push(checkRenderer(train));
  try {
    const server = await createTinkerAccess({ env }).describeServer(work.signal);
    checks.push(
      passed(
        'tinker',
        `${server.description} takes the key; it offers ${server.models.length === 0 ? 'what it does not list' : `${server.models.length} models`}`,
      ),
    );
    if (train !== undefined) {
      checkBaseModel(server, train);
      checks.push(passed('base model', `${train.base_model} can be trained there`));
    }
  } catch (error) {
    const isModel = error instanceof HeadraceError && error.type === 'BaseModelError';
    const found = failed(isModel ? 'base model' : 'tinker', error);
    // Without a recipe nobody has said that there will be training.
    checks.push(recipe === undefined ? { ...found, status: 'warning' } : found);
  }
  return checks;
}

function checkRenderer(train: Train): Check {
  try {
    return passed('renderer', rendererFor(train.base_model, train.renderer, rendererNames));
  } catch (error) {
    return failed('renderer', error);
  }
}

const sourcesAtOnce = 4;

function checkSources(
  store: ArtifactStore,
  env: Env,
  recipe: ResolvedRecipe | undefined,
  work: WorkContext,
): Promise<readonly Check[]>[] {
  const hub = createHubAccess({ store, env, onToken: (token) => secrets.learn(token) });
  const limit = pLimit(sourcesAtOnce);
  const looks =
    recipe?.sources.map((source) => limit(() => checkSource(store, hub, recipe, source, work))) ?? [];
  const disk = async (): Promise<Check[]> => [await checkDisk(store, await Promise.all(looks))];
  return [...looks.map(async (look) => (await look).checks), disk()];
}

/** Converted pieces and the mix are each about as large as the text that they come from. */
const copiesOfText = 2;

async function checkDisk(store: ArtifactStore, sources: readonly CheckedSource[]): Promise<Check> {
  const sum = (of: (source: CheckedSource) => number): number =>
    sources.reduce((total, source) => total + of(source), 0);
  const missing = sum(({ missingBytes }) => missingBytes);
  const all = sum(({ bytes }) => bytes);
  const free = await freeBytes(store.root);
  const unknown = sources.filter(({ inspection }) => inspection === undefined);
  const without =
    unknown.length === 0 ? '' : `, without ${unknown.map(({ source }) => source.name).join(', ')}`;
  const message = `${formatBytes(free)} free on the disk of ${store.root}, ${formatBytes(missing)} to download${without}`;
  const remedy = 'Free disk space, or set HEADRACE_STORE to another disk.';
  if (free < missing) return failed('disk', new HeadraceError('DiskFullError', message, { remedy }));
  const need = missing + copiesOfText * all;
  if (free < need)
    return warned('disk', `${message}; with conversion and mix a run may need ${formatBytes(need)}`, remedy);
  return passed('disk', message);
}
