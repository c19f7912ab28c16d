import { z } from 'zod';

const count = z.int().min(0);
/** `to` is exclusive. */
const slice = { file: count, from: count, to: count };

/**
 * A part of a file: of plain JSON Lines by bytes, of plain parquet by row groups; other files are one slice.
 * `file` is a position in the list of files that accompanies the slice.
 */
export const FileSlice = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('whole'), file: count }),
  z.object({ kind: z.literal('bytes'), ...slice }),
  z.object({ kind: z.literal('rowGroups'), ...slice }),
]);
export type FileSlice = z.infer<typeof FileSlice>;
