import {
  detectFormat,
  detectionColumns,
  detectionSampleRows,
  type Detection,
} from '../../../core/convert/detect-format.js';
import { compileFilter } from '../../../core/convert/filter.js';
import { isGrouped } from '../../../core/convert/layout.js';
import type { Source } from '../../../core/recipe.js';
import { cutPieces, type CutPiece } from './cut-pieces.js';
import type { InputFile } from '../read/open-file.js';
import { neededColumns } from '../read/parquet-columns.js';
import { sampleRows } from './sample-rows.js';

export interface PlanPiecesInput {
  readonly source: Pick<Source, 'name' | 'format' | 'fields' | 'filter'>;
  readonly files: readonly InputFile[];
  readonly pieceBytes: number;
  readonly scratch: string;
}
export interface PlannedPieces {
  readonly detection: Detection;
  readonly pieces: readonly CutPiece[];
  /** Columns of the files that the filter reads. */
  readonly filterColumns: readonly string[];
}

/** Finds out a source's format and cuts its files into pieces. A job for a thread: it reads the start of files. */
export async function planPieces(input: PlanPiecesInput): Promise<PlannedPieces> {
  const detection = await detectSource(input);
  const { layout } = detection;
  const filterColumns = compileFilter(input.source.filter, layout).columns;
  const choice = isGrouped(layout.format)
    ? { plain: [...Object.values(layout.columns), ...filterColumns], members: {} }
    : neededColumns(layout, filterColumns);
  const pieces = await cutPieces(input.files, choice, input.pieceBytes);
  return { detection, pieces, filterColumns };
}

/**
 * The format of a source, from the recipe or from its first rows.
 *
 * @throws {HeadraceError} FormatError, RecipeError.
 */
export async function detectSource({
  source,
  files,
  scratch,
}: Pick<PlanPiecesInput, 'source' | 'files' | 'scratch'>): Promise<Detection> {
  if (source.format !== undefined) return detectFormat(source, [], '');
  const sample = await sampleRows({
    files,
    columns: [...detectionColumns(source.fields)],
    rows: detectionSampleRows,
    scratch,
  });
  const rows = sample.rows.map(({ value }) => value);
  const bad = Array.from({ length: sample.bad }, () => null);
  const where = files[sample.rows[0]?.file ?? 0]?.name ?? 'its files';
  return detectFormat(source, [...rows, ...bad], where, sample.columns);
}
