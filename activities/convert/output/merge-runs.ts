import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cellCount } from '../../../core/mix/shuffle-sizes.js';
import { digestBytes } from '../../../core/mix/order-key.js';
import { FileWriter } from '../../../files/file-writer.js';
import { readFully } from '../../../files/read-fully.js';
import { sortedOrder } from '../../../files/sorted-order.js';
import { cellIn, CellTally, cellTableBytes } from './cell-table.js';
import { entryAt, entryBytes, indexName, linesName } from './sorted-run-format.js';
import type { SortedRunSize } from './sorted-run-writer.js';

/** Lines are held in memory up to about this size. */
const stepBytes = 16 * 1024 * 1024;

/**
 * Merges the sorted runs of a piece into one, so that a reader of a range of keys makes one read instead of
 * many. Cells are few and even, so some after the other are read from all runs and sorted. Memory: 16 MiB of
 * lines and their entries, or the largest cell.
 *
 * @param runs - in reading order.
 * @returns the size of the merged run, which is run 0.
 */
export function mergeRuns(dir: string, runs: readonly SortedRunSize[]): SortedRunSize {
  const [indexPath, linesPath] = [join(dir, 'merged.index'), join(dir, 'merged.lines')];
  const index = new FileWriter(indexPath);
  const lines = new FileWriter(linesPath);
  const cells = new CellTally();
  const cursors = runs.map((size, run) => new RunCursor(dir, run, size));
  let entries = 0;
  for (let from = 0; from < cellCount;) {
    const to = stepEnd(cursors, from);
    const taken = cursors.map((cursor) => cursor.takeUpTo(to));
    for (const { entry, line } of inOrder(taken)) {
      entry.writeUIntLE(lines.bytes, entryAt.offset, 6);
      index.write(entry);
      cells.add(entry);
      lines.write(line);
      entries += 1;
    }
    from = to;
  }
  index.write(cells.finish());
  index.close();
  const { bytes } = lines;
  lines.close();
  for (const run of runs.keys()) for (const name of [indexName(run), linesName(run)]) rmSync(join(dir, name));
  renameSync(indexPath, join(dir, indexName(0)));
  renameSync(linesPath, join(dir, linesName(0)));
  return { entries, bytes };
}

/** The end of as many cells from `from` on as fit into a step; one at least. */
function stepEnd(cursors: readonly RunCursor[], from: number): number {
  let bytes = 0;
  for (let cell = from; cell < cellCount; cell += 1) {
    bytes += cursors.reduce((sum, cursor) => sum + cursor.bytesOf(cell), 0);
    if (bytes > stepBytes) return Math.max(cell, from + 1);
  }
  return cellCount;
}

/** Entries of one run, and the bytes of their lines. */
interface Block {
  readonly entries: Buffer;
  readonly lines: Buffer;
  /** Where the lines begin in the run. */
  readonly start: number;
}

/** Reads a run from its start to its end, some cells at a time. */
class RunCursor {
  readonly #indexPath: string;
  readonly #linesPath: string;
  readonly #table: Buffer;
  #cell = 0;
  #entry = 0;
  #byte = 0;

  constructor(dir: string, run: number, { entries }: SortedRunSize) {
    this.#indexPath = join(dir, indexName(run));
    this.#linesPath = join(dir, linesName(run));
    this.#table = readAt(this.#indexPath, entries * entryBytes, cellTableBytes);
  }

  /** Bytes of the lines of a cell and of their entries. */
  bytesOf(cell: number): number {
    const { entries, bytes } = cellIn(this.#table, cell);
    return bytes + entries * entryBytes;
  }

  /** The next cells, up to `end`. */
  takeUpTo(end: number): Block {
    const start = this.#byte;
    let [entries, bytes] = [0, 0];
    for (; this.#cell < end; this.#cell += 1) {
      const cell = cellIn(this.#table, this.#cell);
      entries += cell.entries;
      bytes += cell.bytes;
    }
    const block = {
      entries: readAt(this.#indexPath, this.#entry * entryBytes, entries * entryBytes),
      lines: readAt(this.#linesPath, start, bytes),
      start,
    };
    this.#entry += entries;
    this.#byte += bytes;
    return block;
  }
}

function readAt(path: string, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  if (length === 0) return bytes;
  const descriptor = openSync(path, 'r');
  try {
    if (readFully(descriptor, bytes, from) < length) throw new Error(`${path} ends before it was written`);
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}

/** The entries of all blocks with their lines, in ascending order of digest; equal ones in reading order. */
function* inOrder(blocks: readonly Block[]): Generator<{ readonly entry: Buffer; readonly line: Buffer }> {
  const bytes = Buffer.concat(blocks.map(({ entries }) => entries));
  const count = bytes.length / entryBytes;
  const blockOf = new Uint32Array(count);
  let filled = 0;
  for (const [block, { entries }] of blocks.entries()) {
    const end = filled + entries.length / entryBytes;
    blockOf.fill(block, filled, end);
    filled = end;
  }
  const order = sortedOrder({ bytes, entryBytes, keyAt: entryAt.digest, count }, (a, b) => {
    const [left, right] = [a * entryBytes + entryAt.digest, b * entryBytes + entryAt.digest];
    return bytes.compare(bytes, right, right + digestBytes, left, left + digestBytes) || a - b;
  });
  for (const number of order) {
    const block = blocks[blockOf[number] ?? 0];
    if (block === undefined) throw new Error(`Entry ${number} is of no run`);
    const entry = bytes.subarray(number * entryBytes, (number + 1) * entryBytes);
    const at = entry.readUIntLE(entryAt.offset, 6) - block.start;
    yield { entry, line: block.lines.subarray(at, at + entry.readUInt32LE(entryAt.length) + 1) };
  }
}
