import {
  detectFormat,
  detectionColumns,
  detectionSampleRows,
  type Detection,
} from '../../../core/convert/detect-format.js';
import type { Source } from '../../../core/recipe.js';
import type { ReadableFile } from '../read/open-file.js';
import { parquetColumns } from '../read/parquet.js';
import { wholeColumns } from '../read/parquet-columns.js';
import { readRows } from '../read/rows.js';

/** Sampling ends after this many rows that are not JSON objects. */
const maxBadRows = 1000;

/**
 * The format of a source, from the recipe or from its first rows.
 *
 * @throws {HeadraceError} FormatError, RecipeError; as {@link readRows}.
 */
export async function detectSource(
  source: Pick<Source, 'name' | 'format' | 'fields'>,
  files: readonly ReadableFile[],
  scratch: string,
): Promise<Detection> {
  if (source.format !== undefined) return detectFormat(source, [], '');
  const { rows, where, columns } = await sampleRows(files, detectionColumns(source.fields), scratch);
  return detectFormat(source, rows, where ?? files[0]?.name ?? 'its files', columns);
}

interface Sample {
  /** `null` stands for a row that is not a JSON object. */
  readonly rows: readonly unknown[];
  /** Name of the file of the first row that is one. */
  readonly where: string | undefined;
  /** Column names of the first file, where it is parquet. */
  readonly columns: readonly string[] | undefined;
}

/** The first rows of a source. Of parquet only the columns `wanted` are read. */
async function sampleRows(
  files: readonly ReadableFile[],
  wanted: ReadonlySet<string>,
  scratch: string,
): Promise<Sample> {
  const rows: unknown[] = [];
  let badRows = 0;
  let where: string | undefined;
  let columns: readonly string[] | undefined;
  const isFull = (): boolean => rows.length - badRows >= detectionSampleRows || badRows >= maxBadRows;
  for (const file of files) {
    if (isFull()) break;
    const own = await parquetColumns(file, scratch);
    columns ??= own;
    await readRows(
      {
        files: [file],
        slices: [{ file: 0, kind: 'whole' }],
        choice: wholeColumns(wanted),
        scratch,
        maxRowsPerRowGroup: detectionSampleRows,
        isFull,
      },
      {
        onRow: (row) => {
          where ??= file.name;
          rows.push(row);
        },
        onBad: () => {
          badRows += 1;
          rows.push(null);
        },
      },
    );
  }
  return { rows, where, columns };
}
