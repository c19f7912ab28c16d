import { z } from 'zod';
import { FileDigest } from '../../../core/contracts/mix.js';

/**
 * `meta` of a `mix` artifact. Its files are {@link manifestName}, rejects.jsonl and those of provenance.ts.
 * It has no copy of the lines: they stay in the sorted runs of the converted pieces, where `mixedLines` finds
 * them.
 */
export const MixMeta = z.object({
  train: FileDigest,
  heldout: FileDigest,
  /** Names in recipe order: the numbers in `*.sources.bin` are positions in this list. */
  sources: z.array(z.string()),
  /** Key of the `mix-plan` artifact. */
  plan: z.string(),
});
export type MixMeta = z.infer<typeof MixMeta>;

/** Name of the mix's manifest in the store, where `manifest.json` is the artifact's manifest. */
export const manifestName = 'mix-manifest.json';
