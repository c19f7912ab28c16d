import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import type { FileSlice } from '../read/file-slice.js';
import type { ReadableFile } from '../read/open-file.js';
import type { ConversionPlanFile, Piece } from './conversion-plan.js';

/** Input of the jobs that convert and scatter a piece. */
export interface PieceInput {
  readonly files: readonly ReadableFile[];
  readonly slices: readonly FileSlice[];
  readonly rules: ConversionRules;
  readonly seed: number;
  /** Dialogue partitions; 0 where a row is a conversation. */
  readonly partitions: number;
  /** An empty folder, which the job fills with the files of the artifact. */
  readonly dir: string;
}

/**
 * The input of a piece's job. It has only the files of the piece: a source may have thousands.
 *
 * @param files - of the plan.
 */
export function pieceInput(
  plan: ConversionPlanFile,
  files: readonly ReadableFile[],
  piece: Piece,
  dir: string,
): PieceInput {
  const own = [...new Set(piece.slices.map(({ file }) => file))];
  return {
    files: own.flatMap((file) => files[file] ?? []),
    slices: piece.slices.map((slice) => ({ ...slice, file: own.indexOf(slice.file) })),
    rules: plan.rules,
    seed: plan.seed,
    partitions: plan.dialoguePartitions.length,
    dir,
  };
}
