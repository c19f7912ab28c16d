import type { ArtifactRef } from './artifact.js';
import type { SegmentRecordRef } from './training.js';

export interface EvaluateInput {
  readonly plan: ArtifactRef;
  readonly mix: ArtifactRef;
  readonly out: string;
  /** `null`: the weights that the training starts from, of the base model or of `train.from`. */
  readonly checkpoint: SegmentRecordRef | null;
}

export interface Answer {
  readonly prompt: string;
  readonly answer: string;
  readonly stopReason: 'stop' | 'length';
}

/** Mean loss on held-out rows, in nats a trained token. `diverged`: it is NaN or infinite. */
export type HeldoutLoss = number | 'diverged';

export interface EvaluationResult {
  readonly evaluation: ArtifactRef;
  readonly step: number;
  readonly label: string;
  /** Rows with at least one trained token. */
  readonly heldoutRows: number;
  /** Over all held-out rows, each token counting the same; `null` where there are none. */
  readonly heldoutNll: HeldoutLoss | null;
  /** Sources without held-out rows are left out. */
  readonly heldoutNllBySource: Readonly<Record<string, HeldoutLoss>>;
  /** Greedy answers to the recipe's prompts, each cut at 2,000 characters. */
  readonly answers: readonly Answer[];
}
