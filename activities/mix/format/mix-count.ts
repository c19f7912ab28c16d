import { z } from 'zod';
import { sides, Volume, type Side } from '../../../core/contracts/mix.js';
import { cellCount } from '../../../core/mix/shuffle-sizes.js';

/**
 * A `mix-count` holds the unique conversations of one partition, before caps and shares: `train.candidates`
 * and `heldout.candidates`, entries of mix-entry.ts in the order of their keys. Where a recipe may leave out
 * rows of sources, `selection.bin` has a list for each such source: first the table of each list, uint32 for
 * each of 4,096 cells: how many of its selection keys begin with these 12 bits; then the selection keys of
 * each list, ascending.
 */
export const candidatesName = (side: Side): string => `${side}.candidates`;
export const selectionName = 'selection.bin';
export const selectionKeyBytes = 16;
export const selectionTableBytes = cellCount * 4;

/** The rows of a source on one side, of which only some may stay. */
export interface SelectionList {
  readonly side: Side;
  /** Position in the recipe. */
  readonly source: number;
}

const count = z.int().min(0);

/** Of each source in recipe order. */
const Candidates = z
  .object({ rows: z.array(count).readonly(), volumes: z.array(Volume).readonly() })
  .readonly();

/** `meta` of a `mix-count`. */
export const MixCountMeta = z
  .object({
    candidates: z.record(z.enum(sides), Candidates).readonly(),
    duplicates: z
      .object({
        /** Of each source: pairs of the winning source's position and the duplicates that it won. */
        won: z.array(z.array(z.tuple([count, count]).readonly()).readonly()).readonly(),
        volumes: z.array(Volume).readonly(),
      })
      .readonly(),
  })
  .readonly();
export type MixCountMeta = z.infer<typeof MixCountMeta>;

/** What may leave out rows. */
export interface Caps {
  readonly sources: readonly { readonly rows?: number; readonly share?: number }[];
  readonly heldout: { readonly rows?: number };
  readonly rowsPerSource?: number;
}

/** The lists that a recipe needs: of train for sources with a cap or a share, of heldout for all or none. */
export function selectionLists({ sources, heldout, rowsPerSource }: Caps): readonly SelectionList[] {
  const lists = (side: Side, wanted: (source: Caps['sources'][number]) => boolean): SelectionList[] =>
    sources.flatMap((each, source) => (wanted(each) ? { side, source } : []));
  return [
    ...lists('train', ({ rows, share }) => [rows, share, rowsPerSource].some((cap) => cap !== undefined)),
    ...lists('heldout', () => heldout.rows !== undefined),
  ];
}
