import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { mixSources, type MixRecipe } from '../../../client/mix/mix-sources.js';
import { HeadraceError } from '../../../core/errors.js';
import { quietWork } from '../../support/work.js';
import { resolveLocal, sourceOf } from '../../support/local-sources.js';

// Run by the test beside it, on a disk that fills up: mixes, and reports how that ended.
const [storeRoot = '', out = '', lines = '', dialogues = ''] = process.argv.slice(2);
const store = await openStore(storeRoot);
const recipe: MixRecipe = {
  seed: 3,
  sources: [sourceOf('chats', { repeat: 2 }), sourceOf('dialogues', { format: 'prosocial' })],
  heldout: { fraction: 0.1 },
  mix: {},
};
const resolutions = new Map([
  ['chats', await resolveLocal(store, [lines])],
  ['dialogues', await resolveLocal(store, [dialogues])],
]);
try {
  await mixSources(recipe, { store, threads: new ThreadPool(2), out, resolutions, work: quietWork() });
  process.stdout.write('done');
} catch (error) {
  process.stdout.write(error instanceof HeadraceError ? error.type : String(error));
}
