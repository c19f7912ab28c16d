import { closeSync, openSync } from 'node:fs';
import { orderKeyBytes } from '../../../core/mix/order-key.js';
import { sortedOrder } from '../../../files/sorted-order.js';
import { readFully } from '../../../files/read-fully.js';
import { entryAt, entryBytes } from '../../convert/output/sorted-run-format.js';

/** A sorted run of converted rows, as the mix reads it. */
export interface SortedRun {
  /** Position of its source in the recipe. */
  readonly source: number;
  readonly indexPath: string;
  readonly linesPath: string;
  readonly entries: number;
  /** Number of the sorted run's slice 0 in the source's conversion plan. */
  readonly firstSlice: number;
}

/** Receives each entry once, in the order of the keys. */
export interface MergeVisitor {
  /** The first of equal conversations: that of the earliest source, and in it the earliest row. */
  readonly onWinner: (entry: Buffer, sortedRun: number) => void;
  readonly onDuplicate: (entry: Buffer, source: number, winner: number) => void;
}

/** Approximate entries in memory at a time. */
const rangeEntries = 131_072;
const keySpace = 2 ** 32;

/**
 * Merges sorted runs by order key. Keys are evenly spread, so a range of keys is a small part of every sorted
 * run: one range after the other is read, sorted in memory and visited. Memory: one range.
 */
export function mergeSortedRuns(sortedRuns: readonly SortedRun[], visitor: MergeVisitor): void {
  const total = sortedRuns.reduce((sum, { entries }) => sum + entries, 0);
  const ranges = Math.max(1, Math.ceil(total / rangeEntries));
  const cursors = sortedRuns.map((sortedRun) => new Cursor(sortedRun, ranges));
  for (let range = 1; range <= ranges; range += 1) {
    const limit = Math.floor((range * keySpace) / ranges);
    mergeRange(
      sortedRuns,
      cursors.map((cursor) => cursor.takeBelow(limit)),
      visitor,
    );
  }
}

function mergeRange(sortedRuns: readonly SortedRun[], parts: readonly Buffer[], visitor: MergeVisitor): void {
  const all = Buffer.concat(parts);
  const count = all.length / entryBytes;
  const sortedRunOf = new Uint32Array(count);
  let filled = 0;
  for (const [sortedRun, part] of parts.entries()) {
    const end = filled + part.length / entryBytes;
    sortedRunOf.fill(sortedRun, filled, end);
    filled = end;
  }
  const keyOrder = (a: number, b: number): number => {
    const [left, right] = [a * entryBytes + entryAt.digest, b * entryBytes + entryAt.digest];
    return all.compare(all, right, right + orderKeyBytes, left, left + orderKeyBytes);
  };
  const sourceOf = (entry: number): number => sortedRuns[sortedRunOf[entry] ?? 0]?.source ?? 0;
  const sliceOf = (entry: number): number =>
    (sortedRuns[sortedRunOf[entry] ?? 0]?.firstSlice ?? 0) +
    all.readUInt32LE(entry * entryBytes + entryAt.slice);
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
    visitor.onWinner(bytes, sortedRunOf[entry] ?? 0);
  }
}

/** Reads the index of a sorted run from its start to its end, in ranges of keys. */
class Cursor {
  readonly #sortedRun: SortedRun;
  readonly #guess: number;
  #next = 0;

  constructor(sortedRun: SortedRun, ranges: number) {
    this.#sortedRun = sortedRun;
    // A little more than the expected entries of a range, so that one read nearly always suffices.
    this.#guess = Math.ceil((sortedRun.entries / ranges) * 1.1) + 64;
  }

  /** The next entries: those whose keys' first four bytes, as a number, are below `limit`. */
  takeBelow(limit: number): Buffer {
    const left = this.#sortedRun.entries - this.#next;
    if (left === 0) return Buffer.alloc(0);
    const descriptor = openSync(this.#sortedRun.indexPath, 'r');
    try {
      for (let wanted = Math.min(this.#guess, left); ; wanted = Math.min(2 * wanted, left)) {
        const block = Buffer.allocUnsafe(wanted * entryBytes);
        if (readFully(descriptor, block, this.#next * entryBytes) < block.length)
          throw new Error(`${this.#sortedRun.indexPath} is shorter than its manifest requires`);
        const below = countBelow(block, limit);
        if (below < wanted || wanted === left) {
          this.#next += below;
          return block.subarray(0, below * entryBytes);
        }
      }
    } finally {
      closeSync(descriptor);
    }
  }
}

/** How many entries of a sorted block have a key below `limit`: a binary search. */
function countBelow(block: Buffer, limit: number): number {
  let [low, high] = [0, block.length / entryBytes];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (block.readUInt32BE(middle * entryBytes) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
