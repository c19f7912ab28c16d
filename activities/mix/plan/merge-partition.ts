import { closeSync, openSync } from 'node:fs';
import { HeadraceError } from '../../../core/errors.js';
import { cellBits } from '../../../core/mix/shuffle-sizes.js';
import { orderKeyBytes } from '../../../core/mix/order-key.js';
import { sortedOrder } from '../../../files/sorted-order.js';
import { readFully } from '../../../files/read-fully.js';
import { CellChecks } from '../../convert/output/cell-table.js';
import { entryAt, entryBytes } from '../../convert/output/sorted-run-format.js';

/** The entries of one partition in a sorted run. */
export interface RunPart {
  /** Position of its source in the recipe. */
  readonly source: number;
  /** Number of the sorted run in the mix plan. */
  readonly run: number;
  /** Number of the sorted run's slice 0 in the source's conversion plan. */
  readonly firstSlice: number;
  readonly indexPath: string;
  /** Number of its first entry. */
  readonly first: number;
  readonly entries: number;
  /** CRC-32 of the CRC-32s of its cells' entries. */
  readonly check: number;
}

/** Cells `[from, to)` of the key space. */
export interface CellRange {
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/** Receives each entry once, in the order of the keys. */
export interface MergeVisitor {
  /** The first of equal conversations: that of the earliest source, and in it the earliest row. */
  readonly onWinner: (entry: Buffer, part: RunPart) => void;
  readonly onDuplicate: (entry: Buffer, source: number, winner: number) => void;
}

/** Approximate entries in memory at a time. */
const stepEntries = 131_072;

/**
 * Merges the parts of sorted runs by order key. Keys are evenly spread, so a few cells are a small share of
 * every part: some cells after the other are read, sorted in memory and visited. Memory: one such step.
 *
 * @param cells - those of the partition.
 * @throws {HeadraceError} ArtifactCorruptError where entries have changed since their conversion.
 */
export function mergePartition(parts: readonly RunPart[], cells: CellRange, visitor: MergeVisitor): void {
  const total = parts.reduce((sum, { entries }) => sum + entries, 0);
  const steps = Math.min(cells.to - cells.from, Math.max(1, Math.ceil(total / stepEntries)));
  const cursors = parts.map((part) => new Cursor(part, cells, steps));
  for (let step = 1; step <= steps; step += 1) {
    const end = cells.from + Math.floor((step * (cells.to - cells.from)) / steps);
    const blocks = cursors.map((cursor) => cursor.takeBelow(end));
    mergeStep(parts, blocks, visitor);
  }
  for (const cursor of cursors) cursor.check();
}

function mergeStep(parts: readonly RunPart[], blocks: readonly Buffer[], visitor: MergeVisitor): void {
  const all = Buffer.concat(blocks);
  const count = all.length / entryBytes;
  const partOf = new Uint32Array(count);
  let filled = 0;
  for (const [part, block] of blocks.entries()) {
    const end = filled + block.length / entryBytes;
    partOf.fill(part, filled, end);
    filled = end;
  }
  const keyOrder = (a: number, b: number): number => {
    const [left, right] = [a * entryBytes + entryAt.digest, b * entryBytes + entryAt.digest];
    return all.compare(all, right, right + orderKeyBytes, left, left + orderKeyBytes);
  };
  const sourceOf = (entry: number): number => parts[partOf[entry] ?? 0]?.source ?? 0;
  const sliceOf = (entry: number): number =>
    (parts[partOf[entry] ?? 0]?.firstSlice ?? 0) + all.readUInt32LE(entry * entryBytes + entryAt.slice);
  const rowOf = (entry: number): number => all.readUInt32LE(entry * entryBytes + entryAt.row);
  const order = sortedOrder(
    { bytes: all, entryBytes, keyAt: entryAt.digest, count },
    (a, b) => keyOrder(a, b) || sourceOf(a) - sourceOf(b) || sliceOf(a) - sliceOf(b) || rowOf(a) - rowOf(b),
  );
  let winner: number | undefined;
  for (const entry of order) {
    const bytes = all.subarray(entry * entryBytes, (entry + 1) * entryBytes);
    if (winner !== undefined && keyOrder(winner, entry) === 0) {
      visitor.onDuplicate(bytes, sourceOf(entry), sourceOf(winner));
      continue;
    }
    winner = entry;
    const part = parts[partOf[entry] ?? 0];
    if (part !== undefined) visitor.onWinner(bytes, part);
  }
}

/** Reads the entries of a part from its start to its end, some cells at a time. */
class Cursor {
  readonly #part: RunPart;
  readonly #guess: number;
  readonly #checks: CellChecks;
  #next = 0;

  constructor(part: RunPart, cells: CellRange, steps: number) {
    this.#part = part;
    this.#checks = new CellChecks(cells);
    // A little more than the expected entries of a step, so that one read nearly always suffices.
    this.#guess = Math.ceil((part.entries / steps) * 1.1) + 64;
  }

  /** The next entries: those of cells before `cell`. */
  takeBelow(cell: number): Buffer {
    const { indexPath, first, entries } = this.#part;
    const left = entries - this.#next;
    if (left === 0) return Buffer.alloc(0);
    const descriptor = openSync(indexPath, 'r');
    try {
      for (let wanted = Math.min(this.#guess, left); ; wanted = Math.min(2 * wanted, left)) {
        const block = Buffer.allocUnsafe(wanted * entryBytes);
        if (readFully(descriptor, block, (first + this.#next) * entryBytes) < block.length)
          throw new HeadraceError('ArtifactCorruptError', `${indexPath} has fewer entries than its manifest`);
        const below = countBelow(block, cell);
        if (below === wanted && wanted < left) continue;
        this.#next += below;
        const taken = block.subarray(0, below * entryBytes);
        this.#checks.add(taken);
        return taken;
      }
    } finally {
      closeSync(descriptor);
    }
  }

  /** Once all entries are taken. */
  check(): void {
    const { indexPath, first, entries, check } = this.#part;
    if (this.#next === entries && this.#checks.finish() === check) return;
    throw new HeadraceError(
      'ArtifactCorruptError',
      `${indexPath} was changed within entries ${first} to ${first + entries} since its conversion`,
    );
  }
}

/** How many entries of a sorted block are of cells before `cell`: a binary search. */
function countBelow(block: Buffer, cell: number): number {
  const limit = cell * 2 ** (32 - cellBits);
  let [low, high] = [0, block.length / entryBytes];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (block.readUInt32BE(middle * entryBytes) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
