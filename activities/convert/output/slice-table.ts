import { z } from 'zod';

/** Where the segments of a plan begin: turns a segment and a row in it into a file and a row in that. */
export const SegmentTable = z.object({
  /** Names for people, in the order of the source's files. */
  files: z.array(z.string()),
  segments: z.array(
    z.object({
      /** Position in `files`. */
      file: z.int(),
      /** Rows of the file before the segment; of JSON lines, lines. */
      rowsBefore: z.int(),
      /** What the numbers count. */
      unit: z.enum(['line', 'row']),
    }),
  ),
});
export type SegmentTable = z.infer<typeof SegmentTable>;

export const segmentTableName = 'segments.json';
