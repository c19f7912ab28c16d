import type { RendererName, Train } from '../recipe.js';
import type { ArtifactRef, WorkRange } from './artifact.js';

export interface PlanTokensInput {
  readonly mix: ArtifactRef;
  readonly train: Train;
}

export interface TokenPlan {
  readonly plan: ArtifactRef;
  readonly renderer: RendererName;
  /** Origin of the tokenizer, with its digest. */
  readonly tokenizer: string;
  readonly pieces: readonly WorkRange[];
}

export interface TokenisePiecesInput {
  readonly plan: ArtifactRef;
  readonly from: number;
  readonly to: number;
}

export interface TokenisePiecesResult {
  readonly pieces: number;
  readonly reusedPieces: number;
  readonly rows: number;
  readonly tokens: number;
}

/** Lengths of one source's rows. */
export interface LengthReport {
  readonly source: string;
  readonly rows: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  /** Tokens a row before truncation, at quantiles 0.5, 0.9, 0.99 and 1. */
  readonly quantiles: readonly [number, number, number, number];
  /** Rows longer than `max_tokens`. */
  readonly truncated: number;
  /** Rows that lose all of their last answer to truncation. */
  readonly lostLastAnswer: number;
  /** Rows without a trained token after truncation: counted, never trained. */
  readonly untrained: number;
}

export interface TokensResult {
  readonly tokens: ArtifactRef;
  readonly rows: number;
  /** Rows with at least one trained token: N of the step rule. */
  readonly trainedRows: number;
  readonly totalTokens: number;
  readonly trainedTokens: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly lengths: readonly LengthReport[];
}
