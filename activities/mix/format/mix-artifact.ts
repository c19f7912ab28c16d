import { z } from 'zod';
import { FileDigest, MixShard } from '../../../core/contracts/mix.js';

/**
 * `meta` of a `mix` artifact. Its files are {@link manifestName}, rejects.jsonl, {@link headSourcesName} and
 * parts.json, the list of the parts that have the lines.
 */
export const MixMeta = z.object({
  train: FileDigest,
  heldout: FileDigest,
  /** Of train.jsonl, where it is written as shards. */
  shards: z.array(MixShard).readonly().exactOptional(),
  /** Names in recipe order: the numbers in origins are positions in this list. */
  sources: z.array(z.string()),
  /** Key of the `mix-plan` artifact. */
  plan: z.string(),
});
export type MixMeta = z.infer<typeof MixMeta>;

/** Name of the mix's manifest in the store, where `manifest.json` is the artifact's manifest. */
export const manifestName = 'mix-manifest.json';

/**
 * The sources of the first {@link headLines} lines of train.jsonl, two bytes each, little-endian: a sample of
 * the whole, because the lines are in random order.
 */
export const headSourcesName = 'train.sources.bin';
export const headLines = 65_536;
export const sourceBytes = 2;
