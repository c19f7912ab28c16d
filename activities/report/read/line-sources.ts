import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { headSourcesName, MixMeta } from '../../mix/format/mix-artifact.js';
import type { LineSources } from './read-train.js';

/** Finds the sources of the lines of train.jsonl; `undefined` where the store no longer has the mix. */
export async function lineSources(store: ArtifactStore, mix: ArtifactRef): Promise<LineSources | undefined> {
  const artifact = await store.find(mix);
  if (artifact === undefined) return undefined;
  return { path: artifact.path(headSourcesName), names: MixMeta.parse(artifact.meta).sources };
}
