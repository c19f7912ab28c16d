import { ThreadPool } from '../../activities/threads/thread-pool.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { createHubActivities } from '../../activities/hub/index.js';
import { mixSources } from '../../client/mix/mix-sources.js';
import { openStore } from '../../activities/artifacts/open-store.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { WorkContext } from '../../core/progress.js';
import { benchSources } from './task.js';

/** The engine in a process of its own, everything on: `<corpora dir> <store> <out> [<the only source>]`. */
const [corpora = '', storeRoot = '', out = '', only] = process.argv.slice(2);
const store = await openStore(storeRoot);
const hub = createHubActivities(createHubAccess({ store, env: {} }));
const work: WorkContext = { signal: new AbortController().signal, progress: () => undefined };
const sources = [...benchSources(corpora, only)];
const started = performance.now();
const resolutions = new Map<string, ArtifactRef>();
await Promise.all(
  sources.map(async (source) => {
    resolutions.set(source.name, (await hub.resolveSource({ source, out }, work)).resolution);
  }),
);
const resolved = performance.now();
const recipe = { seed: 17, sources, heldout: { fraction: 0.01 }, mix: {} };
const { composition } = await mixSources(recipe, {
  store,
  threads: new ThreadPool(2),
  out,
  resolutions,
  work,
});
const ended = performance.now();
process.stdout.write(
  `${composition.trainLines + composition.heldoutLines} lines; resolving ${((resolved - started) / 1000).toFixed(2)} s, mixing ${((ended - resolved) / 1000).toFixed(2)} s\n`,
);
