import { cellCount } from '../mix/shuffle-sizes.js';

/** Bytes of an entry of a sorted run: see activities/convert/output/sorted-run-format.ts. */
export const entryBytes = 64;

/** Bytes of the table of cells behind the entries: see activities/convert/output/cell-table.ts. */
export const cellTableBytes = cellCount * 14;

/** Bytes of a row of the table of partitions: see activities/mix/format/partition-table.ts. */
export const partitionRowBytes = 24;

/** Bytes of an entry of a mix: see activities/mix/format/mix-entry.ts. */
export const mixEntryBytes = 68;

/** Bytes of the origin of a line: see activities/mix/format/origin.ts. */
export const originBytes = 10;

/** Bytes of an example in a piece of tokens, besides five for each token. */
export const exampleBytes = 28;

/** Bytes of a token: its id and its mask. */
export const tokenBytes = { id: 4, mask: 1 } as const;
