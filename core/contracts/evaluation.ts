import type { ArtifactRef } from './artifact.js';
import type { SegmentRecordRef } from './training.js';

export interface EvaluateInput {
  readonly plan: ArtifactRef;
  readonly mix: ArtifactRef;
  readonly out: string;
  /** `null`: what the training begins with, the base model or the weights of `train.from`. */
  readonly checkpoint: SegmentRecordRef | null;
}

export interface Answer {
  readonly prompt: string;
  readonly answer: string;
  readonly stopReason: 'stop' | 'length';
}

export interface EvaluationResult {
  readonly evaluation: ArtifactRef;
  readonly step: number;
  readonly label: string;
  readonly heldoutRows: number;
  /** Nats a trained token over all held-out rows; `null` where there are none. */
  readonly heldoutNll: number | null;
  readonly heldoutNllBySource: Readonly<Record<string, number>>;
  /** To the fixed prompts, greedy; each cut at 2,000 characters here. */
  readonly answers: readonly Answer[];
}
