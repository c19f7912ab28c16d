import type { RejectReason, SourceCounts } from '../../../core/contracts/conversion.js';
import { countedNonFinite } from '../../../core/convert/findings/counts.js';
import { FactTally } from '../../../core/convert/findings/fact-tally.js';
import type { RowPlace } from '../read/rows.js';
import type { ConvertedRow } from '../rows/converted-row.js';
import { mergeRuns } from './merge-runs.js';
import { RejectWriter } from './rejects.js';
import { SortedRunWriter, type SortedRunSize } from './sorted-run-writer.js';

/** Options of a {@link PieceWriter}. */
export interface PieceWriterOptions {
  readonly seed: number;
  /** Where there are more sorted runs than this, they are merged into one. */
  readonly mostRuns: number;
}

/**
 * Writes and counts the conversations of one piece: the converted ones as sorted runs, the rejected ones as a
 * list.
 */
export class PieceWriter {
  readonly #sortedRuns: SortedRunWriter;
  readonly #rejects: RejectWriter;
  readonly #facts = new FactTally();
  readonly #dir: string;
  readonly #mostRuns: number;
  #nonFinite = 0;
  #filtered = 0;
  #converted = 0;

  /** @param dir - an empty folder, for the files of the piece's artifact. */
  constructor(dir: string, { seed, mostRuns }: PieceWriterOptions) {
    this.#dir = dir;
    this.#mostRuns = mostRuns;
    this.#sortedRuns = new SortedRunWriter(dir, seed);
    this.#rejects = new RejectWriter(dir);
  }

  add(row: ConvertedRow | 'filtered', { slice, row: number }: RowPlace): void {
    if (row === 'filtered') this.#filtered += 1;
    else {
      this.#converted += 1;
      if (row.facts !== undefined) this.#facts.add(row.facts);
      this.#sortedRuns.add(row, slice, number);
    }
  }

  /** Counts a row that has numbers that are not finite. It is added or rejected as well. */
  countNonFinite(): void {
    this.#nonFinite += 1;
  }

  /** @param text - of the row. */
  reject(reason: RejectReason, place: RowPlace, text: string): void {
    this.#rejects.add({ ...place, reason, text });
  }

  /** Ends the files. Counts every conversation as one row. */
  finish(): { readonly counts: SourceCounts; readonly sortedRuns: readonly SortedRunSize[] } {
    const written = this.#sortedRuns.finish();
    const sortedRuns = written.length > this.#mostRuns ? [mergeRuns(this.#dir, written)] : written;
    this.#rejects.close();
    const [filtered, converted] = [this.#filtered, this.#converted];
    const { count: rejected, byReason: rejectedBy } = this.#rejects;
    const read = filtered + rejected + converted;
    const rows = { rows: read, read, filtered, rejected, rejectedBy, converted };
    const nonFinite = countedNonFinite(this.#nonFinite);
    return { counts: { ...rows, ...nonFinite, ...this.#facts.counts }, sortedRuns };
  }
}
