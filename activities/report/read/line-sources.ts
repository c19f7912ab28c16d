import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { readRange } from '../../../files/read-range.js';
import { headSourcesName, MixMeta, sourceBytes } from '../../mix/format/mix-artifact.js';
import { sampledLines, type LineSources } from './read-train.js';

/**
 * Finds the files of train.jsonl, and the sources of its first lines; `undefined` where the store no longer
 * has the mix.
 */
export async function lineSources(store: ArtifactStore, mix: ArtifactRef): Promise<LineSources | undefined> {
  const artifact = await store.find(mix);
  if (artifact === undefined) return undefined;
  const { sources: names, train, shards } = MixMeta.parse(artifact.meta);
  const to = Math.min(train.lines, sampledLines) * sourceBytes;
  const wanted = { artifact, file: headSourcesName, ranges: [{ from: 0, to }] };
  const numbers = await store.bring([wanted], ([path = '']) => readRange(path, 0, to));
  return { numbers, names, files: shards?.map(({ name }) => name) ?? ['train.jsonl'] };
}
