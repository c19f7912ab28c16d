import { readMixParts } from '../../activities/mix/format/mix-part.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { Side } from '../../core/contracts/mix.js';
import { resultFiles } from '../../core/mix/result-files.js';

/**
 * The sizes of the parts of a file of a mix, in order.
 *
 * @param name - `heldout.jsonl`, `train.jsonl`, or that of a shard.
 */
export async function partSizes(store: ArtifactStore, mix: ArtifactRef, name: string): Promise<number[]> {
  const parts = await readMixParts(store, await store.get(mix));
  const side: Side = name.startsWith('heldout') ? 'heldout' : 'train';
  const shards = /-of-(\d+)\.jsonl$/.exec(name)?.[1];
  const files = resultFiles(side, parts.length, shards === undefined ? undefined : Number(shards));
  const file = files.find((each) => each.name === name);
  if (file === undefined) throw new Error(`${name} is no file of a mix of ${parts.length} parts`);
  return parts.slice(file.from, file.to).map(({ sides }) => sides[side].bytes);
}
