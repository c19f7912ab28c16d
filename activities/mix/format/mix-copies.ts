import { z } from 'zod';

/**
 * A `mix-copies` holds the further copies of the repeated rows of a group of partitions, as a sorted run:
 * `copies.entries`, entries of mix-entry.ts in the order of the copies' own keys, which are of any partition,
 * and `copies.lines`, their lines in the same order, each with its newline.
 */
export const copiesEntriesName = 'copies.entries';
export const copiesLinesName = 'copies.lines';

const count = z.int().min(0);

/** `meta` of a `mix-copies`. */
export const MixCopiesMeta = z
  .object({
    /** Of each partition, and of the end: where its entries and its lines begin. */
    starts: z.array(z.object({ entry: count, byte: count }).readonly()).readonly(),
  })
  .readonly();
export type MixCopiesMeta = z.infer<typeof MixCopiesMeta>;

/** At most so many groups make copies, so that a partition reads few of their files. */
const mostGroups = 16;

/** The groups of neighbouring partitions that make copies: partitions `[from, to)` of each. */
export function copyGroups(partitions: number): readonly { readonly from: number; readonly to: number }[] {
  const groups = Math.min(partitions, mostGroups);
  const size = partitions / groups;
  return Array.from({ length: groups }, (_, group) => ({ from: group * size, to: (group + 1) * size }));
}
