import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import type { LocalPiece } from './bring-piece.js';
import type { ConversionPlanFile } from './conversion-plan.js';

/** Input of the jobs that convert and scatter a piece. */
export interface PieceInput extends LocalPiece {
  readonly rules: ConversionRules;
  readonly seed: number;
  /** Sorted runs of a piece, at most. */
  readonly mostRuns: number;
  /** Dialogue partitions; 0 where a row is a conversation. */
  readonly partitions: number;
  /** An empty folder, which the job fills with the files of the artifact. */
  readonly dir: string;
}

/** The input of a piece's job. */
export function pieceInput(
  plan: ConversionPlanFile,
  local: LocalPiece,
  { mostRuns, dir }: Pick<PieceInput, 'mostRuns' | 'dir'>,
): PieceInput {
  return {
    ...local,
    rules: plan.rules,
    seed: plan.seed,
    partitions: plan.dialoguePartitions.length,
    mostRuns,
    dir,
  };
}
