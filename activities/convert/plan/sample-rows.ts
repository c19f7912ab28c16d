import { detectionSampleRows } from '../../../core/convert/detect-format.js';
import type { FileSlice } from '../read/file-slice.js';
import type { ReadableFile } from '../read/open-file.js';
import { parquetColumns } from '../read/parquet.js';
import { wholeColumns } from '../read/parquet-columns.js';
import { readRows } from '../read/rows.js';

/** Sampling ends after this many rows that are not JSON objects. */
const maxBadRows = 1000;

/** How many rows a sample takes at most: it is full with as many of one kind. */
interface MissingRows {
  /** Rows that are JSON objects. */
  readonly good: number;
  /** Rows that are not. */
  readonly bad: number;
}

/** The first rows of one file. */
export interface FileSample {
  /** `null` stands for a row that is not a JSON object. */
  readonly rows: readonly unknown[];
  /** Its column names, where it is parquet. */
  readonly columns: readonly string[] | undefined;
}

/** The first rows of a source. */
export class Sample {
  /** `null` stands for a row that is not a JSON object. */
  readonly rows: unknown[] = [];
  /** Name of the file of the first row that is one. */
  where: string | undefined;
  /** Column names of the first file, where it is parquet. */
  columns: readonly string[] | undefined;

  get missing(): MissingRows {
    const bad = badOf(this.rows);
    return { good: detectionSampleRows - (this.rows.length - bad), bad: maxBadRows - bad };
  }

  get isFull(): boolean {
    return isMet(this.missing, []);
  }

  /** Whether it were full with these rows. */
  isFullWith({ rows }: FileSample): boolean {
    return isMet(this.missing, rows);
  }

  add(name: string, { rows, columns }: FileSample): void {
    if (rows.some((row) => row !== null)) this.where ??= name;
    this.columns ??= columns;
    this.rows.push(...rows);
  }
}

function badOf(rows: readonly unknown[]): number {
  return rows.filter((row) => row === null).length;
}

function isMet(missing: MissingRows, rows: readonly unknown[]): boolean {
  const bad = badOf(rows);
  return rows.length - bad >= missing.good || bad >= missing.bad;
}

/** Input of {@link sampleRows}. */
export interface SampleRowsInput {
  /** The one file. */
  readonly files: readonly ReadableFile[];
  readonly slice: FileSlice;
  /** The columns of parquet that are read. */
  readonly names: readonly string[];
  /** A folder for unpacked files. */
  readonly scratch: string;
  readonly missing: MissingRows;
  /** The most rows of each row group that are read. */
  readonly rowsOfGroup: number;
}

/** The first rows of a slice, until the sample is full. A job for a thread. */
export async function sampleRows(input: SampleRowsInput): Promise<FileSample> {
  const { files, slice, names, scratch, missing, rowsOfGroup: maxRowsPerRowGroup } = input;
  const rows: unknown[] = [];
  let bad = 0;
  const isFull = (): boolean => rows.length - bad >= missing.good || bad >= missing.bad;
  await readRows(
    { files, slices: [slice], choice: wholeColumns(names), scratch, maxRowsPerRowGroup, isFull },
    {
      onRow: (row) => rows.push(row),
      onBad: () => {
        bad += 1;
        rows.push(null);
      },
    },
  );
  const [file] = files;
  return { rows, columns: file === undefined ? undefined : await parquetColumns(file, scratch) };
}
