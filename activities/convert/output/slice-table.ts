import { z } from 'zod';

/** Maps a row of a slice to its file and to its row or line there. */
export const SliceTable = z.object({
  /** Names of the source's files in results. */
  files: z.array(z.string()).readonly(),
  /** All slices of the plan, by their number. */
  slices: z
    .array(
      z.object({
        /** Position in `files`. */
        file: z.int(),
        /** Rows of the file before the slice; of JSON Lines, lines. */
        rowsBefore: z.int(),
        /** What the numbers count. */
        unit: z.enum(['line', 'row']),
      }),
    )
    .readonly(),
});
export type SliceTable = z.infer<typeof SliceTable>;

export const sliceTableName = 'slices.json';
