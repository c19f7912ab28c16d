import type { ConvertPiecesResult, SourceCounts } from '../../../core/contracts/conversion.js';
import type { WorkContext } from '../../../core/progress.js';

/** Adds up the results of an activity's items, and reports how much of their input is done. */
export class PieceTally<Item> {
  readonly #label: string;
  readonly #total: number;
  readonly #work: WorkContext;
  readonly #done = new Map<Item, number>();
  #result: ConvertPiecesResult = { pieces: 0, reusedPieces: 0, rows: 0, conversations: 0, rejected: 0 };

  /**
   * @param total - size of all items.
   * @param work - gets the progress.
   */
  constructor(label: string, total: number, work: WorkContext) {
    this.#label = label;
    this.#total = total;
    this.#work = work;
  }

  get result(): ConvertPiecesResult {
    return this.#result;
  }

  /** @param done - how much of the item is done, in the unit of the total. */
  progress(item: Item, done: number): void {
    this.#done.set(item, done);
    const sum = [...this.#done.values()].reduce((all, bytes) => all + bytes, 0);
    const [label, total] = [this.#label, this.#total];
    this.#work.progress({ stage: 'convert', label, done: Math.min(sum, total), total, unit: 'bytes' });
  }

  /** Adds a finished item. @param reused - whether it was in the store already. */
  finished(item: Item, size: number, counts: SourceCounts, reused: boolean): void {
    const { pieces, reusedPieces, rows, conversations, rejected } = this.#result;
    this.#result = {
      pieces: pieces + 1,
      reusedPieces: reusedPieces + (reused ? 1 : 0),
      rows: rows + counts.rows,
      conversations: conversations + counts.converted,
      rejected: rejected + counts.rejected,
    };
    this.progress(item, size);
  }
}
