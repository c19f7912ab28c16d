import type { RejectReason } from '../../../core/contracts/conversion.js';
import type { ColumnChoice } from '../read/parquet-columns.js';
import { fileKindOf } from '../read/file-kind.js';
import { withInputFile, type InputFile } from '../read/open-file.js';
import { parquetColumns } from '../read/parquet.js';
import { withParquet } from '../read/read-slice.js';
import { readRows, type RowHandler } from '../read/rows.js';

/** Rows of a file that are no rows are passed over; after this many of them sampling ends. */
const maxBadRows = 1000;

export interface SampleInput {
  readonly files: readonly InputFile[];
  /** Columns to read; all where absent. Counts for parquet only. */
  readonly columns?: readonly string[];
  /** How many rows, not counting those that are no objects, unless these are wanted too. */
  readonly rows: number;
  /** @default false */
  readonly withBad?: boolean;
  readonly scratch: string;
}

export interface SampledRow {
  /** Position in `files`. */
  readonly file: number;
  readonly row: number;
  /** The row; where it is none, its text. */
  readonly value: unknown;
  /** Why it is none. */
  readonly bad?: RejectReason;
}
export interface Sample {
  readonly rows: readonly SampledRow[];
  /** Rows that were no JSON objects. */
  readonly bad: number;
  /** Column names of the first file, where it is parquet. */
  readonly columns?: readonly string[];
}

/** The first rows of a source. */
export async function sampleRows(input: SampleInput): Promise<Sample> {
  const rows: SampledRow[] = [];
  let bad = 0;
  let columns: readonly string[] | undefined;
  const isFull = (): boolean => rows.length >= input.rows || bad >= maxBadRows;
  for (const [index, file] of input.files.entries()) {
    if (isFull()) break;
    const there = await columnsOnDisk(file, input.scratch);
    columns ??= there;
    const wanted = input.columns;
    const plain = (there ?? []).filter((column) => wanted === undefined || wanted.includes(column));
    const choice: ColumnChoice = { plain, members: {} };
    const handler: RowHandler = {
      onRow: (value, { row }) => rows.push({ file: index, row, value }),
      onBad: (reason, { row }, text) => {
        if (input.withBad === true) rows.push({ file: index, row, value: text(), bad: reason });
        else bad += 1;
      },
    };
    await readRows(
      {
        files: [file],
        segments: [{ file: 0, part: { kind: 'whole' } }],
        choice,
        scratch: input.scratch,
        maxRowsPerGroup: input.rows,
      },
      handler,
      () => {},
      isFull,
    );
  }
  return { rows, bad, ...(columns === undefined ? {} : { columns }) };
}

/** Column names of a file on disk, where it is parquet, packed or not. */
export async function columnsOnDisk(
  file: InputFile,
  scratch: string,
): Promise<readonly string[] | undefined> {
  const kind = fileKindOf(file.name);
  if (kind.container !== 'parquet') return undefined;
  return withInputFile(file, (descriptor) =>
    withParquet(descriptor, file, kind, { scratch }, (parquet) => Promise.resolve(parquetColumns(parquet))),
  );
}
