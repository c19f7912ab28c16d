import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { mixSources } from '../../../client/mix/mix-sources.js';
import type { Progress } from '../../../core/progress.js';
import { resolveAll, threeSourceRecipe, writeThreeSources } from './three-sources.js';

// Run by the test beside it: mixes, and kills itself after `steps` steps of a stage, counted in `unit`.
const [dir = '', storeRoot = '', out = '', stage = '', unit = '', steps = ''] = process.argv.slice(2);
const store = await openStore(storeRoot);
let left = Number(steps);
const work = {
  signal: new AbortController().signal,
  progress: (progress: Progress) => {
    if (progress.stage === stage && progress.unit === unit) left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
};
const resolutions = await resolveAll(store, await writeThreeSources(dir));
await mixSources(threeSourceRecipe(), {
  store,
  threads: new ThreadPool(2),
  pieceBytes: 4_000,
  bucketBytes: 4_000,
  out,
  resolutions,
  work,
});
