import { closeSync, openSync } from 'node:fs';
import { HeadraceError } from '../../../core/errors.js';
import { cellCount } from '../../../core/mix/shuffle-sizes.js';
import { readFully } from '../../../files/read-fully.js';
import { selectionKeyBytes, selectionTableBytes } from '../format/mix-count.js';

/** The cell of a wanted key, and the key's rank among the keys of the cell, from 1. */
interface Border {
  readonly cell: number;
  readonly rank: number;
}

/** Bytes `[from, to)` of a file. */
interface KeyRange {
  readonly from: number;
  readonly to: number;
}

/** Input of {@link findBorders}. */
export interface FindBordersInput {
  /** The files of selection keys of all partitions. Their tables are read. */
  readonly paths: readonly string[];
  /** Of each list: how many of its rows are wanted; `null` where there is nothing to choose. */
  readonly wanted: readonly (number | null)[];
}

/** Result of {@link findBorders}. */
export interface FoundBorders {
  /** Of each list; `null` where there is nothing to choose. */
  readonly borders: readonly (Border | null)[];
  /** Of each file and of each list with a border, in their order: its keys in the cell of the border. */
  readonly ranges: readonly (readonly KeyRange[])[];
}

/**
 * Finds the cells that hold the last wanted selection key of each list, from the tables alone. A job for a
 * thread.
 *
 * @throws {HeadraceError} ArtifactCorruptError where a file is too short.
 */
export async function findBorders({ paths, wanted }: FindBordersInput): Promise<FoundBorders> {
  const sums = wanted.map(() => new Float64Array(cellCount));
  const tables = paths.map((path) => readAt(path, { from: 0, to: wanted.length * selectionTableBytes }));
  for (const table of tables)
    for (const [list, sum] of sums.entries())
      for (let cell = 0; cell < cellCount; cell += 1)
        sum[cell] = (sum[cell] ?? 0) + rowsIn(table, list, cell);
  const borders = wanted.map((rows, list) =>
    rows === null ? null : borderOf(sums[list] ?? new Float64Array(0), rows),
  );
  return { borders, ranges: tables.map((table) => rangesAt(table, borders)) };
}

function rowsIn(table: Buffer, list: number, cell: number): number {
  return table.readUInt32LE(list * selectionTableBytes + cell * 4);
}

/** The place of the smallest key but `wanted` − 1. */
function borderOf(cells: Float64Array, wanted: number): Border {
  let before = 0;
  for (const [cell, rows] of cells.entries()) {
    if (before + rows >= wanted) return { cell, rank: wanted - before };
    before += rows;
  }
  throw new Error(`${wanted} rows are wanted of ${before}`);
}

function rangesAt(table: Buffer, borders: readonly (Border | null)[]): readonly KeyRange[] {
  const ranges: KeyRange[] = [];
  let at = table.length;
  for (const [list, border] of borders.entries())
    for (let cell = 0; cell < cellCount; cell += 1) {
      const bytes = rowsIn(table, list, cell) * selectionKeyBytes;
      if (cell === border?.cell) ranges.push({ from: at, to: at + bytes });
      at += bytes;
    }
  return ranges;
}

/** Input of {@link findLimits}. */
export interface FindLimitsInput extends FoundBorders {
  /** The files of selection keys of all partitions. Their ranges are read. */
  readonly paths: readonly string[];
}

/**
 * The last wanted selection key of each list, in hex; `null` where there is nothing to choose. A job for a
 * thread. Memory: 1/4096 of the keys.
 *
 * @throws {HeadraceError} ArtifactCorruptError where a file is too short.
 */
export async function findLimits({ paths, borders, ranges }: FindLimitsInput): Promise<(string | null)[]> {
  let chosen = 0;
  return borders.map((border) => {
    if (border === null) return null;
    const blocks = paths.map((path, file) => readAt(path, ranges[file]?.[chosen] ?? { from: 0, to: 0 }));
    chosen += 1;
    return keysOf(Buffer.concat(blocks)).sort()[border.rank - 1] ?? null;
  });
}

/** In hex, so that texts compare as the bytes do. */
function keysOf(block: Buffer): string[] {
  return Array.from({ length: block.length / selectionKeyBytes }, (_, key) =>
    block.toString('hex', key * selectionKeyBytes, (key + 1) * selectionKeyBytes),
  );
}

function readAt(path: string, { from, to }: KeyRange): Buffer {
  const bytes = Buffer.allocUnsafeSlow(to - from);
  const descriptor = openSync(path, 'r');
  try {
    if (readFully(descriptor, bytes, from) < bytes.length)
      throw new HeadraceError('ArtifactCorruptError', `${path} ends before byte ${to}`);
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}
