import { compileFilter } from '../../../core/convert/filter.js';
import { createRowConverter, type ConversionRules } from '../../../core/convert/row-converter.js';
import type { InputFile } from '../read/open-file.js';
import { createLineConverter } from './json-line.js';
import { parsedRow, type ConvertedRow } from './converted-row.js';
import { neededColumns } from '../read/parquet-columns.js';
import type { Segment } from '../plan/conversion-plan.js';
import type { PieceMeta } from '../output/piece-meta.js';
import { RejectWriter } from '../output/reject-writer.js';
import { readRows, type RowPlace } from '../read/rows.js';
import { RunWriter } from '../output/sorted-run-writer.js';
import type { JobContext } from '../../threads/job.js';
import { createParquetRowConverter } from './parquet-row.js';
import { threadJsonBytes } from '../json-bytes/json-bytes.js';

export interface PieceInput {
  readonly files: readonly InputFile[];
  readonly segments: readonly Segment[];
  readonly rules: ConversionRules;
  readonly seed: number;
  /** An empty folder, filled with the piece's files. */
  readonly dir: string;
}

/** Converts the rows of one piece into sorted runs. A job for a thread. */
export async function convertPiece(input: PieceInput, context: JobContext): Promise<PieceMeta> {
  const convert = createRowConverter(input.rules);
  const filterColumns = compileFilter(input.rules.filter, input.rules.layout).columns;
  const convertLine = createLineConverter(input.rules, threadJsonBytes);
  const convertParquetRow = createParquetRowConverter(input.rules, threadJsonBytes);
  const runs = new RunWriter(input.dir, input.seed);
  const rejects = new RejectWriter(input.dir);
  let [read, filtered, converted] = [0, 0, 0];
  const take = (row: ConvertedRow | 'filtered', place: RowPlace): void => {
    read += 1;
    if (row === 'filtered') filtered += 1;
    else {
      converted += 1;
      runs.add(row, place.segment, place.row);
    }
  };
  const segmentRows = await readRows(
    {
      files: input.files,
      segments: input.segments,
      choice: neededColumns(input.rules.layout, filterColumns),
      scratch: input.dir,
    },
    {
      onLine:
        convertLine &&
        ((bytes, start, end, place) => {
          const row = convertLine(bytes, start, end);
          if (row !== undefined) take(row, place);
          return row !== undefined;
        }),
      onValue:
        convertParquetRow &&
        ((value, place) => {
          const row = convertParquetRow(value);
          if (row !== undefined) take(row, place);
          return row !== undefined;
        }),
      onRow(row, place, text) {
        const outcome = convert(row);
        if (typeof outcome !== 'string') take(parsedRow(outcome), place);
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
    context.progress,
  );
  rejects.close();
  return {
    counts: { rows: read, read, filtered, rejected: rejects.count, rejectedBy: rejects.by, converted },
    runs: [...runs.finish()],
    segmentRows: [...segmentRows],
  };
}
