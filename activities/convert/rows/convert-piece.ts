import { compileFilter } from '../../../core/convert/filter.js';
import { createRowConverter } from '../../../core/convert/row-converter.js';
import { lineScanner } from './json-line.js';
import { writtenRow, type ConvertedRow } from './converted-row.js';
import { neededColumns } from '../read/parquet-columns.js';
import type { PieceInput } from '../plan/piece-input.js';
import type { PieceMeta } from '../output/piece-meta.js';
import { RejectWriter } from '../output/rejects.js';
import { readRows, type RowPlace } from '../read/rows.js';
import { RunWriter } from '../output/sorted-run-writer.js';
import type { JobContext } from '../../threads/thread-pool.js';
import { valueScanner } from './parquet-row.js';

/** Converts the rows of one piece into sorted runs. A job for a thread. */
export async function convertPiece(input: PieceInput, context: JobContext): Promise<PieceMeta> {
  const convert = createRowConverter(input.rules);
  const filterColumns = compileFilter(input.rules.filter, input.rules.layout).columns;
  const scanLine = lineScanner(input.rules);
  const scanValue = valueScanner(input.rules);
  const runs = new RunWriter(input.dir, input.seed);
  const rejects = new RejectWriter(input.dir);
  let [read, filtered, converted] = [0, 0, 0];
  const take = (row: ConvertedRow | 'filtered', place: RowPlace): void => {
    read += 1;
    if (row === 'filtered') filtered += 1;
    else {
      converted += 1;
      runs.add(row, place.slice, place.row);
    }
  };
  const sliceRows = await readRows(
    {
      files: input.files,
      slices: input.slices,
      choice: neededColumns(input.rules.layout, filterColumns),
      scratch: input.dir,
      onBytes: context.progress,
    },
    {
      onText:
        scanLine &&
        ((bytes, start, end, place) => {
          const row = scanLine(bytes, start, end);
          if (row !== undefined) take(row, place);
          return row !== undefined;
        }),
      onValue:
        scanValue &&
        ((value, place) => {
          const row = scanValue(value);
          if (row !== undefined) take(row, place);
          return row !== undefined;
        }),
      onRow(row, place, text) {
        const outcome = convert(row);
        if (typeof outcome !== 'string') take(writtenRow(outcome), place);
        else if (outcome === 'filtered') take(outcome, place);
        else {
          read += 1;
          rejects.add({ ...place, reason: outcome, text: text() });
        }
      },
      onBad(reason, place, text) {
        read += 1;
        rejects.add({ ...place, reason, text: text() });
      },
    },
  );
  rejects.close();
  return {
    counts: { rows: read, read, filtered, rejected: rejects.count, rejectedBy: rejects.byReason, converted },
    sortedRuns: runs.finish(),
    sliceRows,
  };
}
