import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { createRowConverter } from '../../../core/convert/row-converter.js';
import type { JobContext } from '../../threads/job.js';
import { threadJsonBytes } from '../json-bytes/json-bytes.js';
import type { PieceMeta } from '../output/piece-meta.js';
import { PieceWriter } from '../output/piece-writer.js';
import type { PieceInput } from '../plan/piece-input.js';
import { neededColumns } from '../read/parquet-columns.js';
import { rowText } from '../read/parquet-values.js';
import { readRows, type RowHandler, type RowPlace } from '../read/rows.js';
import { parsedRow, type UnparsedOutcome } from './converted-row.js';
import { createLineConverter } from './json-line.js';
import { createParquetRowConverter } from './parquet-row.js';

/** Converts the rows of one piece into sorted runs. A job for a thread. */
export async function convertPiece(input: PieceInput, context: JobContext): Promise<PieceMeta> {
  const { files, slices, rules, dir } = input;
  const output = new PieceWriter(dir, input);
  const choice = neededColumns(rules);
  const sliceRows = await readRows(
    { files, slices, choice, scratch: dir, onBytes: context.progress },
    converting(rules, output),
  );
  return { ...output.finish(), sliceRows };
}

/** Converts each row and writes its outcome. Most rows are converted without being parsed. */
function converting(rules: ConversionRules, output: PieceWriter): RowHandler {
  const convert = createRowConverter(rules);
  const convertLine = createLineConverter(rules, threadJsonBytes);
  const convertParquetRow = createParquetRowConverter(rules, threadJsonBytes);
  const write = (outcome: UnparsedOutcome, place: RowPlace, text: () => string): boolean => {
    if (typeof outcome === 'object' || outcome === 'filtered') output.add(outcome, place);
    else if (outcome !== undefined) output.reject(outcome, place, text());
    return outcome !== undefined;
  };
  return {
    onText:
      convertLine &&
      ((bytes, start, end, place) =>
        write(convertLine.convert(bytes, start, end), place, () => bytes.toString('utf8', start, end))),
    onParquetRow:
      convertParquetRow &&
      ((rows, index, place) => write(convertParquetRow(rows, index), place, () => rowText(rows.row(index)))),
    onRow(row, place, text) {
      if (text.hasNonFinite) output.countNonFinite();
      const outcome = convert(row, text.json);
      write(typeof outcome === 'string' ? outcome : parsedRow(outcome), place, text.original);
    },
    onBad: (reason, place, text) => output.reject(reason, place, text()),
  };
}
