import { countedNonFinite, noCounts } from '../../../core/convert/findings/counts.js';
import { dialogueRowReader } from '../../../core/convert/dialogue.js';
import { compileFilter } from '../../../core/convert/filter.js';
import { sha256 } from '../../../files/sha256.js';
import type { JobContext } from '../../threads/job.js';
import type { ScatterMeta } from '../output/piece-meta.js';
import { RejectWriter } from '../output/rejects.js';
import type { PieceInput } from '../plan/piece-input.js';
import { neededColumns } from '../read/parquet-columns.js';
import { readRows } from '../read/rows.js';
import { threadJsonBytes } from '../json-bytes/json-bytes.js';
import { scatteredRow, type ScatteredRow } from './scattered-row.js';
import { PartitionRows, writeScattered } from './scattered-rows.js';
import { createTurnLineReader } from './turn-line.js';

/** Rows are held in memory up to this many bytes, then written as one file. */
const fileBytes = 6 * 1024 * 1024;

/**
 * Sorts the rows of a piece into partitions by their dialogue. Rows without ids belong to no dialogue and are
 * rejected here, whether they pass the filter or not: the filter comes after grouping. A job for a thread.
 */
export async function scatterPiece(input: PieceInput, context: JobContext): Promise<ScatterMeta> {
  const { layout, filter } = input.rules;
  const filterColumns = compileFilter(filter, layout).columns;
  const readRow = dialogueRowReader(layout, filterColumns);
  const readLine = createTurnLineReader(input.rules, threadJsonBytes);
  const rejects = new RejectWriter(input.dir);
  const scattered = new ScatterWriter(input.dir, input.partitions);
  let [rows, nonFinite] = [0, 0];
  const sliceRows = await readRows(
    {
      files: input.files,
      slices: input.slices,
      choice: neededColumns(input.rules),
      scratch: input.dir,
      onBytes: context.progress,
    },
    {
      onText:
        readLine &&
        ((bytes, start, end, place) => {
          const found = readLine(bytes, start, end, place);
          if (found === undefined) return false;
          rows += 1;
          scattered.add(found);
          return true;
        }),
      onRow(row, place, text) {
        rows += 1;
        if (text.hasNonFinite) nonFinite += 1;
        const found = readRow(row);
        if (found === undefined) rejects.add({ ...place, reason: 'no_messages', text: text.original() });
        else scattered.add(scatteredRow(found, place));
      },
      onBad(reason, place, text) {
        rows += 1;
        rejects.add({ ...place, reason, text: text() });
      },
    },
  );
  rejects.close();
  const { count: rejected, byReason: rejectedBy } = rejects;
  return {
    counts: { ...noCounts, rows, ...countedNonFinite(nonFinite), read: rejected, rejected, rejectedBy },
    files: scattered.finish(),
    sliceRows,
  };
}

/** Collects rows by partition and writes them, a file whenever memory is full. */
class ScatterWriter {
  readonly #dir: string;
  readonly #partitions: readonly PartitionRows[];
  #lastDialogueId: number | undefined;
  #lastPartition = 0;
  #bytes = 0;
  #files = 0;

  constructor(dir: string, partitions: number) {
    this.#dir = dir;
    this.#partitions = Array.from({ length: partitions }, () => new PartitionRows());
  }

  add(row: ScatteredRow): void {
    this.#bytes += this.#partitions[this.#partitionOf(row)]?.add(row) ?? 0;
    if (this.#bytes > fileBytes) this.#write();
  }

  /** Writes the rest; returns how many files there are. */
  finish(): number {
    if (this.#bytes > 0) this.#write();
    return this.#files;
  }

  /** The rows of a dialogue mostly follow one another. */
  #partitionOf({ dialogueId }: ScatteredRow): number {
    if (dialogueId !== this.#lastDialogueId) {
      this.#lastDialogueId = dialogueId;
      this.#lastPartition = sha256(String(dialogueId)).readUInt32BE(0) % this.#partitions.length;
    }
    return this.#lastPartition;
  }

  #write(): void {
    writeScattered(this.#dir, this.#files, this.#partitions);
    this.#files += 1;
    this.#bytes = 0;
  }
}
