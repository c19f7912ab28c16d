import type { Detection } from '../../../core/convert/detect-format.js';
import { conversionRules } from '../../../core/convert/conversion-rules.js';
import type { Source } from '../../../core/recipe.js';
import type { FileKind } from '../../../core/container/file-kind.js';
import { withKind } from '../read/with-kind.js';
import type { InputFile, ReadableFile } from '../read/open-file.js';
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
  /** What each file holds. */
  readonly kinds: readonly FileKind[];
  readonly detection: Detection;
  readonly pieces: readonly CutPiece[];
}

/**
 * Finds out what the files of a source hold, detects its format and cuts them into pieces. A job for a
 * thread: it reads the start of files.
 */
export async function planPieces(input: PlanPiecesInput): Promise<PlannedPieces> {
  const { source, pieceBytes, scratch } = input;
  const files: ReadableFile[] = [];
  for (const file of input.files) files.push(await withKind(file));
  const detection = await detectSource(source, files, scratch);
  const choice = neededColumns(conversionRules(source, detection.layout));
  const pieces = await cutPieces(files, { choice, pieceBytes, scratch });
  return { kinds: files.map(({ kind }) => kind), detection, pieces };
}
