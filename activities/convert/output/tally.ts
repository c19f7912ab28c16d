import type { ConvertPiecesResult, SourceCounts } from '../../../core/contracts/conversion.js';
import type { WorkContext } from '../../../core/progress.js';

/** Counts what a batch of pieces gave, and tells how far it is. */
export interface Tally<Item> {
  /** Told the bytes of one item that are done. */
  readonly of: (item: Item) => (doneBytes: number) => void;
  readonly finished: (item: Item, bytes: number, counts: SourceCounts, reused: boolean) => void;
  readonly result: () => ConvertPiecesResult;
}

/** @param total - bytes of all items. */
export function tallyPieces<Item>(label: string, total: number, work: WorkContext): Tally<Item> {
  const done = new Map<Item, number>();
  let result: ConvertPiecesResult = { pieces: 0, reusedPieces: 0, rows: 0, conversations: 0, rejected: 0 };
  const tell = (): void => {
    const sum = [...done.values()].reduce((all, bytes) => all + bytes, 0);
    work.progress({ stage: 'convert', label, done: Math.min(sum, total), total, unit: 'bytes' });
  };
  return {
    of: (item) => (bytes) => {
      done.set(item, bytes);
      tell();
    },
    finished(item, bytes, counts, reused) {
      done.set(item, bytes);
      result = {
        pieces: result.pieces + 1,
        reusedPieces: result.reusedPieces + (reused ? 1 : 0),
        rows: result.rows + counts.rows,
        conversations: result.conversations + counts.converted,
        rejected: result.rejected + counts.rejected,
      };
      tell();
    },
    result: () => result,
  };
}
