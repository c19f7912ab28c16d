import { openStore } from '../../activities/artifacts/open-store.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { importSource } from '../../activities/hub/import/import-source.js';
import { createHubActivities } from '../../activities/hub/index.js';
import { ThreadPool } from '../../activities/threads/thread-pool.js';
import { unattendedWork } from '../../client/local-work.js';
import { mixSources } from '../../client/mix/mix-sources.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { availableCores } from '../../files/cores.js';
import { benchSources } from '../mix/task.js';

// The engine on a store of either medium: `ours.js CORPORA STORE OUT`. Prints the seconds of the mix, without
// those of the import.
const [corpora = '', place = '', out = ''] = process.argv.slice(2);
const store = await openStore(place);
const threads = new ThreadPool(availableCores());
const access = createHubAccess({ store, env: {}, threads });
const hub = createHubActivities(access);
const work = unattendedWork();
const sources = [...benchSources(corpora)];
const resolutions = new Map<string, ArtifactRef>();
for (const source of sources) {
  const patterns = [source.files ?? []].flat();
  if (store.medium.kind === 'objects')
    await importSource(access, store.medium.objects, { name: source.name, patterns, out }, work);
  resolutions.set(source.name, (await hub.resolveSource({ source, out }, work)).resolution);
}
const started = performance.now();
const recipe = { seed: 17, sources, heldout: { fraction: 0.01 }, mix: {} };
const { train } = await mixSources(recipe, { store, threads, out, resolutions, work });
process.stdout.write(`${((performance.now() - started) / 1000).toFixed(2)} ${train.sha256}`);
