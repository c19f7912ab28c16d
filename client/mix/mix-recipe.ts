import { availableParallelism } from 'node:os';
import { removeDeadScratch } from '../../files/scratch.js';
import { defaultStoreRoot, openStore } from '../../activities/artifacts/store.js';
import { inParallel } from '../../activities/threads/in-parallel.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { createHubActivities } from '../../activities/hub/index.js';
import { mix as mixResolved } from './mix.js';
import type { MixCallResult } from './mix.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { Env } from '../../core/env.js';
import type { WorkContext } from '../../core/progress.js';
import { workerEnvironment } from '../../worker/environment.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { secrets } from '../secrets.js';

export interface MixHereOptions {
  /** Folder of the store. @default HEADRACE_STORE, or ~/.cache/headrace */
  readonly storeRoot?: string;
  /** Where HF_TOKEN and its like are looked up. @default process.env */
  readonly env?: Env;
  /** As `--rows-per-source N`. */
  readonly rowsPerSource?: number;
  /** @default never aborted */
  readonly signal?: AbortSignal;
  /** Told how far the work is. @default nobody is */
  readonly progress?: WorkContext['progress'];
}

/**
 * The data half of a run in this process, without Temporal: resolves, downloads, converts and mixes a recipe's sources
 * into `recipe.out`. The same recipe and data give the same bytes as in a run, and what either has done the other reuses.
 * There are no retries here beyond those of a download: calling again goes on from what is there.
 *
 * @throws {HeadraceError} of the source or stage that failed.
 */
export async function mix(recipe: ResolvedRecipe, options: MixHereOptions = {}): Promise<MixCallResult> {
  const storeRoot = options.storeRoot ?? defaultStoreRoot();
  const store = await openStore(storeRoot);
  await removeDeadScratch(storeRoot);
  const env = await workerEnvironment(options.env ?? process.env, storeRoot);
  const hub = createHubActivities(createHubAccess({ store, env, onToken: (token) => secrets.learn(token) }));
  const work: WorkContext = {
    signal: options.signal ?? new AbortController().signal,
    progress: options.progress ?? ((): void => undefined),
  };
  const resolutions = new Map<string, ArtifactRef>();
  await inParallel(recipe.sources, recipe.sources.length, work.signal, async (source, signal) => {
    const { resolution, downloads } = await hub.resolveSource(
      { source, out: recipe.out },
      { ...work, signal },
    );
    resolutions.set(source.name, resolution);
    const last = downloads.at(-1);
    if (last !== undefined)
      await hub.downloadFiles({ resolution, from: 0, to: last.to }, { ...work, signal });
  });
  return await mixResolved(recipe, {
    store,
    threads: availableParallelism(),
    out: recipe.out,
    resolutions,
    work,
    ...(options.rowsPerSource === undefined ? {} : { rowsPerSource: options.rowsPerSource }),
  });
}
