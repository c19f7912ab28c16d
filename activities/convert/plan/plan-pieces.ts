import type { FileKind } from '../../../core/container/file-kind.js';
import { conversionRules } from '../../../core/convert/conversion-rules.js';
import type { Detection } from '../../../core/convert/detect-format.js';
import type { WorkContext } from '../../../core/progress.js';
import type { Source } from '../../../core/recipe.js';
import type { ConvertDeps } from '../convert-deps.js';
import { cutPieces, isPlainParquet, type CutPiece } from './cut-pieces.js';
import { detectSource } from './detect-source.js';
import type { SourceInput } from './input-file.js';
import { readFooters } from './read-footers.js';
import { readKinds } from './read-kinds.js';

/** Input of {@link planPieces}. */
export interface PlanPiecesInput {
  readonly source: Pick<Source, 'name' | 'format' | 'fields' | 'roles' | 'filter' | 'ignore' | 'reasoning'>;
  readonly files: readonly SourceInput[];
  readonly pieceBytes: number;
  /** A folder for unpacked files. */
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
 * Finds out what the files of a source hold, detects its format and cuts them into pieces. It reads the start
 * of each file, the footers of parquet, and whole the packed files from which the format is detected.
 */
export async function planPieces(
  deps: ConvertDeps,
  input: PlanPiecesInput,
  work: WorkContext,
): Promise<PlannedPieces> {
  const { source, pieceBytes, scratch } = input;
  const files = await readKinds(deps, input.files, work);
  const detection = await detectSource(deps, source, files, scratch, work);
  const rules = conversionRules(source, detection.layout);
  const footers = await readFooters(deps, files.filter(isPlainParquet), { rules }, work);
  return { kinds: files.map(({ kind }) => kind), detection, pieces: cutPieces(files, footers, pieceBytes) };
}
