import { z } from 'zod';
import { SourceCounts } from '../../../core/contracts/conversion.js';

const count = z.int().min(0);

/** The part of `meta` that all artifacts of a plan have. */
export const ReadMeta = z.object({
  counts: SourceCounts,
  /** Rows of each slice; of JSON Lines, lines. They give the row numbers of later slices of the file. */
  sliceRows: z.array(count).readonly(),
});

/** `meta` of a `piece` artifact. */
export const PieceMeta = ReadMeta.extend({
  sortedRuns: z.array(z.object({ entries: count, bytes: count })).readonly(),
});
export type PieceMeta = z.infer<typeof PieceMeta>;

/**
 * `meta` of a `scatter` artifact. Its counts are those of the rows that belong to no dialogue, which are all
 * rejected.
 */
export const ScatterMeta = ReadMeta.extend({
  /** How many files of scattered rows it has. */
  files: count,
});
export type ScatterMeta = z.infer<typeof ScatterMeta>;
