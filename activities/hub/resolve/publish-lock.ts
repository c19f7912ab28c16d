import type { ArtifactStore } from '../../artifacts/store.js';
import type { Outputs } from '../../outputs/outputs.js';
import { lockInStore } from './lock-place.js';
import { lockText, recipeLockName } from './recipe-lock.js';

/**
 * Writes `recipe.lock.json` into the results of a run on a store in a bucket, where sources are entered one
 * by one in notes. In a folder the file itself is the lock.
 */
export async function publishLock(store: ArtifactStore, outputs: Outputs, out: string): Promise<void> {
  if (store.medium.kind === 'folder') return;
  const lock = await lockInStore(store, out);
  if (Object.keys(lock.sources).length > 0) await outputs.write(recipeLockName, lockText(lock));
}
