import type { Detection } from '../../../core/convert/detect-format.js';
import { conversionRules } from '../../../core/convert/conversion-rules.js';
import type { Source } from '../../../core/recipe.js';
import type { InputFile } from '../read/open-file.js';
import { neededColumns } from '../read/parquet-columns.js';
import { cutPieces, type CutPiece } from './cut-pieces.js';
import { detectSource } from './detect-source.js';

/** Input of {@link planPieces}. */
export interface PlanPiecesInput {
  readonly source: Pick<Source, 'name' | 'format' | 'fields' | 'roles' | 'filter' | 'ignore' | 'reasoning'>;
  readonly files: readonly InputFile[];
  readonly pieceBytes: number;
  readonly scratch: string;
}

/** Result of {@link planPieces}. */
export interface PlannedPieces {
  readonly detection: Detection;
  readonly pieces: readonly CutPiece[];
}

/**
 * Detects a source's format and cuts its files into pieces. A job for a thread: it reads the start of files.
 */
export async function planPieces(input: PlanPiecesInput): Promise<PlannedPieces> {
  const { source, files, pieceBytes, scratch } = input;
  const detection = await detectSource(source, files, scratch);
  const choice = neededColumns(conversionRules(source, detection.layout));
  return { detection, pieces: await cutPieces(files, { choice, pieceBytes, scratch }) };
}
