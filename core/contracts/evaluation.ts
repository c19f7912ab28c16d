import type { ArtifactRef } from './artifact.js';
import type { SegmentRecordRef } from './training.js';

/** The weights to evaluate, and where the rows and prompts are. */
export interface EvaluateInput {
  /** Of kind `training`; has the prompts. */
  readonly plan: ArtifactRef;
  /** Of kind `mix`; has the held-out rows. */
  readonly mix: ArtifactRef;
  /** Folder of the run's results; `samples.jsonl` is written there. */
  readonly out: string;
  /** `null`: the weights that the training starts from, of the base model or of `train.from`. */
  readonly checkpoint: SegmentRecordRef | null;
}

/** A sampled answer. */
export interface Answer {
  /** One of `train.prompts`. */
  readonly prompt: string;
  /** Text of the assistant, without the stop text. */
  readonly answer: string;
  /** `stop`: the turn ended by itself; `length`: at the limit of tokens. */
  readonly stopReason: 'stop' | 'length';
}

/** Mean loss on held-out rows, in nats a trained token. `diverged`: it is NaN or infinite. */
export type HeldoutLoss = number | 'diverged';

/** Held-out loss and answers of one set of weights. */
export interface EvaluationResult {
  /** Of kind `evaluation`. */
  readonly evaluation: ArtifactRef;
  /** Steps in the weights; 0 before the training. */
  readonly step: number;
  /** The checkpoint's; before the training `base`, or `start` with `train.from`. */
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
