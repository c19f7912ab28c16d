import { partitionRowBytes } from '../../../core/store/entry-sizes.js';

/**
 * `partitions.bin` of a `mix-plan`: for each partition in turn, a row for each sorted run of the plan: where
 * in the sorted run the partition is. A partition is `cellCount / partitions` neighbouring cells of the key
 * space. Little-endian.
 *
 * | bytes of a row | what |
 * | --- | --- |
 * | 0 … 3 | its first entry |
 * | 4 … 7 | entries |
 * | 8 … 13 | where its lines begin |
 * | 14 … 19 | bytes of its lines, newlines included |
 * | 20 … 23 | CRC-32 of the CRC-32s of its cells' entries |
 */
export const partitionTableName = 'partitions.bin';
const rowBytes = partitionRowBytes;
const rowAt = { first: 0, entries: 4, start: 8, bytes: 14, check: 20 } as const;

/** The part of a sorted run that belongs to one partition. */
export interface RunRange {
  /** Number of its first entry. */
  readonly first: number;
  readonly entries: number;
  /** Where its lines begin in the file of lines. */
  readonly start: number;
  /** Of its lines, newlines included. */
  readonly bytes: number;
  /** CRC-32 of the CRC-32s of its cells' entries. */
  readonly check: number;
}

/** Bytes `[from, to)` of the table: the rows of one partition. */
export function partitionRows(
  partition: number,
  runs: number,
): { readonly from: number; readonly to: number } {
  const bytes = runs * rowBytes;
  return { from: partition * bytes, to: (partition + 1) * bytes };
}

export function writeRange(table: Buffer, row: number, range: RunRange): void {
  const at = row * rowBytes;
  table.writeUInt32LE(range.first, at + rowAt.first);
  table.writeUInt32LE(range.entries, at + rowAt.entries);
  table.writeUIntLE(range.start, at + rowAt.start, 6);
  table.writeUIntLE(range.bytes, at + rowAt.bytes, 6);
  table.writeUInt32LE(range.check, at + rowAt.check);
}

/** The ranges of one partition, by the number of the sorted run. */
export function readRanges(rows: Buffer): readonly RunRange[] {
  return Array.from({ length: rows.length / rowBytes }, (_, row) => {
    const at = row * rowBytes;
    return {
      first: rows.readUInt32LE(at + rowAt.first),
      entries: rows.readUInt32LE(at + rowAt.entries),
      start: rows.readUIntLE(at + rowAt.start, 6),
      bytes: rows.readUIntLE(at + rowAt.bytes, 6),
      check: rows.readUInt32LE(at + rowAt.check),
    };
  });
}
