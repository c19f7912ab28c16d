import { readEntries } from '../format/entry-file.js';
import { mixEntryAt } from '../format/mix-entry.js';

/** Counts of selection keys by their first 12 bits. */
const cells = 4096;
const keyEnd = mixEntryAt.selection + 16;

function cellOf(entry: Buffer): number {
  return entry.readUInt16BE(mixEntryAt.selection) >> 4;
}

/**
 * Decides which rows of each source stay when fewer are wanted than there are: those with the smallest selection keys.
 * It counts keys by their first bits, finds the cell in which the last wanted key falls, and sorts the keys of that
 * cell only. Memory: 16 KiB a source and 1/4096 of the keys.
 */
export class Selection {
  readonly #histograms: readonly Uint32Array[];
  #limits: readonly (Buffer | 'all' | 'none')[] = [];

  constructor(sources: number) {
    this.#histograms = Array.from({ length: sources }, () => new Uint32Array(cells));
  }

  /** Tells of a row that could be selected. */
  count(entry: Buffer): void {
    const histogram = this.#histograms[entry.readUInt16LE(mixEntryAt.source)];
    const cell = cellOf(entry);
    if (histogram !== undefined) histogram[cell] = (histogram[cell] ?? 0) + 1;
  }

  /** Rows of each source that could be selected. */
  get available(): readonly number[] {
    return this.#histograms.map((histogram) => histogram.reduce((sum, rows) => sum + rows, 0));
  }

  /**
   * Fixes how many rows of each source are wanted.
   *
   * @param path - the entries that were counted.
   */
  choose(wanted: readonly number[], path: string): void {
    const available = this.available;
    const borders = this.#histograms.map((histogram, source) => {
      const want = wanted[source] ?? 0;
      if (want >= (available[source] ?? 0)) return 'all';
      return want === 0 ? 'none' : borderOf(histogram, want);
    });
    const keys = borders.map((): Buffer[] => []);
    if (borders.some((border) => typeof border !== 'string'))
      for (const entry of readEntries(path)) {
        const source = entry.readUInt16LE(mixEntryAt.source);
        const border = borders[source];
        if (typeof border === 'object' && cellOf(entry) === border.cell)
          keys[source]?.push(Buffer.from(entry.subarray(mixEntryAt.selection, keyEnd)));
      }
    this.#limits = borders.map((border, source) => {
      if (typeof border === 'string') return border;
      const sorted = (keys[source] ?? []).sort((a, b) => a.compare(b));
      return sorted[border.inCell - 1] ?? 'none';
    });
  }

  isSelected(entry: Buffer): boolean {
    const limit = this.#limits[entry.readUInt16LE(mixEntryAt.source)] ?? 'none';
    if (typeof limit === 'string') return limit === 'all';
    return entry.compare(limit, 0, limit.length, mixEntryAt.selection, keyEnd) <= 0;
  }
}

/** The cell that holds the `want`-th smallest key, and which one in the cell it is, from 1. */
function borderOf(histogram: Uint32Array, want: number): { readonly cell: number; readonly inCell: number } {
  let before = 0;
  for (const [cell, rows] of histogram.entries()) {
    if (before + rows >= want) return { cell, inCell: want - before };
    before += rows;
  }
  throw new Error(`${want} rows are wanted of ${before}`);
}
