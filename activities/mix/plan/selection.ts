import { FileWriter } from '../../../files/file-writer.js';
import { readEntries } from '../format/entry-file.js';
import { mixEntryAt } from '../format/mix-entry.js';

/** Selection keys are counted by their first 12 bits. */
const cells = 4096;
const keyEnd = mixEntryAt.selection + 16;

/** The rows of a source that stay: the ones with a selection key up to this one, all or none. */
type Limit = Buffer | 'all' | 'none';

/** The cell of a wanted key, and the key's rank among the keys of the cell, from 1. */
interface Border {
  readonly cell: number;
  readonly rank: number;
}

/**
 * Chooses rows of each source: those with the smallest selection keys, where not all are wanted. The
 * candidates go to a file, and their keys are counted by their first bits. The counts give the cell with the
 * last wanted key, and only the keys of that cell are sorted. Memory: 16 KiB a source and 1/4096 of the keys.
 */
export class Selection {
  readonly #path: string;
  readonly #file: FileWriter;
  readonly #histograms: readonly Uint32Array[];
  #limits: readonly Limit[] = [];

  /** @param path - the file for the candidates' entries; it must not exist yet. */
  constructor(path: string, sources: number) {
    this.#path = path;
    this.#file = new FileWriter(path);
    this.#histograms = Array.from({ length: sources }, () => new Uint32Array(cells));
  }

  /** Adds a candidate. */
  add(entry: Buffer): void {
    this.#file.write(entry);
    const histogram = this.#histograms[entry.readUInt16LE(mixEntryAt.source)];
    const cell = cellOf(entry);
    if (histogram !== undefined) histogram[cell] = (histogram[cell] ?? 0) + 1;
  }

  /** Ends the candidates. */
  close(): void {
    this.#file.close();
  }

  /** Candidates of each source. */
  get available(): readonly number[] {
    return this.#histograms.map((histogram) => histogram.reduce((sum, rows) => sum + rows, 0));
  }

  /** Fixes how many rows of each source are wanted. */
  choose(wanted: readonly number[]): void {
    const available = this.available;
    const borders = this.#histograms.map((histogram, source) => {
      const rows = wanted[source] ?? 0;
      if (rows >= (available[source] ?? 0)) return 'all';
      return rows === 0 ? 'none' : borderOf(histogram, rows);
    });
    const keys = this.#keysAt(borders);
    this.#limits = borders.map((border, source) => {
      if (typeof border === 'string') return border;
      const sorted = (keys[source] ?? []).sort((a, b) => a.compare(b));
      return sorted[border.rank - 1] ?? 'none';
    });
  }

  /** The entries of the chosen rows, in the order in which they were added. */
  *chosen(): Generator<Buffer> {
    for (const entry of readEntries(this.#path)) if (this.#isChosen(entry)) yield entry;
  }

  /** The selection keys in the cell of each source's border. */
  #keysAt(borders: readonly (Border | string)[]): readonly Buffer[][] {
    const keys = borders.map((): Buffer[] => []);
    if (borders.every((border) => typeof border === 'string')) return keys;
    for (const entry of readEntries(this.#path)) {
      const source = entry.readUInt16LE(mixEntryAt.source);
      const border = borders[source];
      if (typeof border === 'object' && cellOf(entry) === border.cell)
        keys[source]?.push(Buffer.from(entry.subarray(mixEntryAt.selection, keyEnd)));
    }
    return keys;
  }

  #isChosen(entry: Buffer): boolean {
    const limit = this.#limits[entry.readUInt16LE(mixEntryAt.source)] ?? 'none';
    if (typeof limit === 'string') return limit === 'all';
    return entry.compare(limit, 0, limit.length, mixEntryAt.selection, keyEnd) <= 0;
  }
}

function cellOf(entry: Buffer): number {
  return entry.readUInt16BE(mixEntryAt.selection) >> 4;
}

/** The place of the smallest key but `rows` − 1. */
function borderOf(histogram: Uint32Array, wanted: number): Border {
  let before = 0;
  for (const [cell, rows] of histogram.entries()) {
    if (before + rows >= wanted) return { cell, rank: wanted - before };
    before += rows;
  }
  throw new Error(`${wanted} rows are wanted of ${before}`);
}
