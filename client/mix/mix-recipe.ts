import { openStore, storePlace } from '../../activities/artifacts/open-store.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { createHubActivities, type HubActivities } from '../../activities/hub/index.js';
import { inParallel } from '../../activities/threads/in-parallel.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { defined } from '../../core/defined.js';
import type { Env } from '../../core/env.js';
import type { WorkContext } from '../../core/progress.js';
import { removeDeadScratch } from '../../files/scratch.js';
import { commandEnvironment } from '../environment.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { sendSources } from '../runs/send-local-parts.js';
import { secrets } from '../secrets.js';
import { mixSources, type MixSourcesResult } from './mix-sources.js';

export interface MixRecipeOptions {
  /** Place of the store. @default HEADRACE_STORE, or ~/.cache/headrace */
  readonly storeRoot?: string;
  /** The environment variables, HF_TOKEN for instance. @default process.env */
  readonly env?: Env;
  /** As `--rows-per-source N`. */
  readonly rowsPerSource?: number;
  /** @default never aborted */
  readonly signal?: AbortSignal;
  /** Called with the progress of the work. */
  readonly progress?: WorkContext['progress'];
}

/**
 * Resolves, downloads, converts and mixes a recipe's sources into `recipe.out` in this process, without
 * Temporal. The same recipe and data give the same bytes as in a run, and the two reuse each other's work.
 * Downloads alone are retried; another call continues from the artifacts of the store.
 *
 * @throws {HeadraceError} of the source or stage that failed.
 */
export async function mixRecipe(
  recipe: ResolvedRecipe,
  options: MixRecipeOptions = {},
): Promise<MixSourcesResult> {
  const store = await openStore(options.storeRoot ?? storePlace(), defined({ env: options.env }));
  await removeDeadScratch(store.workplace.root);
  const env = await commandEnvironment(options.env, store.workplace.root);
  const hub = createHubAccess({ store, env, onToken: (token) => secrets.learn(token) });
  const work: WorkContext = {
    signal: options.signal ?? new AbortController().signal,
    progress: options.progress ?? ((): void => undefined),
  };
  await sendSources({ store, hub, work }, recipe, () => undefined);
  return await mixSources(recipe, {
    store,
    threads: hub.threads,
    out: recipe.out,
    resolutions: await bringSources(createHubActivities(hub), recipe, work),
    work,
    ...defined({ rowsPerSource: options.rowsPerSource }),
  });
}

/** Resolves every source and downloads its files. Returns the resolutions by the names of the sources. */
async function bringSources(
  hub: HubActivities,
  { sources, out }: ResolvedRecipe,
  work: WorkContext,
): Promise<ReadonlyMap<string, ArtifactRef>> {
  const resolutions = new Map<string, ArtifactRef>();
  await inParallel(sources, sources.length, work.signal, async (source, signal) => {
    const { resolution, downloads } = await hub.resolveSource({ source, out }, { ...work, signal });
    resolutions.set(source.name, resolution);
    const { items: to } = downloads;
    if (to > 0) await hub.downloadFiles({ resolution, from: 0, to }, { ...work, signal });
  });
  return resolutions;
}
