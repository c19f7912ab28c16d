import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { MixRangeInput, MixRangeResult } from '../../core/contracts/mix.js';
import type { WorkContext } from '../../core/progress.js';
import { inParallel, itemsAtOnce } from '../threads/in-parallel.js';
import type { MixDeps } from './mix-deps.js';

/** How the artifact of one item is made. */
export interface MixItems {
  readonly refOf: (item: number) => ArtifactRef;
  /** Fills a folder and returns the artifact's `meta`. */
  readonly make: (item: number, dir: string, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Makes the artifacts of the items `[from, to)` that are missing in the store, side by side.
 *
 * @param what - the items, for the progress: "count partitions".
 */
export async function makeItems(
  { store, threads }: MixDeps,
  { from, to }: Omit<MixRangeInput, 'plan'>,
  what: string,
  { refOf, make }: MixItems,
  work: WorkContext,
): Promise<MixRangeResult> {
  const items = Array.from({ length: to - from }, (_, at) => from + at);
  let [done, reusedItems] = [0, 0];
  await inParallel(items, itemsAtOnce(threads.size), work.signal, async (item, signal) => {
    const ref = refOf(item);
    if ((await store.find(ref)) === undefined) await store.put(ref, (dir) => make(item, dir, signal));
    else reusedItems += 1;
    done += 1;
    work.progress({ stage: 'mix', label: what, done, total: items.length, unit: 'pieces' });
  });
  return { items: items.length, reusedItems };
}
