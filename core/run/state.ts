import type { PlannedCost } from '../cost/cost-lines.js';
import type { TokenUsage } from '../cost/usage.js';
import type { HeldoutLoss } from '../contracts/evaluation.js';
import type { Composition } from '../contracts/mix.js';
import type { Untrained } from '../contracts/tokens.js';
import type { SegmentRecordRef } from '../contracts/training.js';
import type { SourceFindings } from '../convert/findings/source-findings.js';
import type { RendererSettings } from '../training/rendering/renderer.js';
import type { Stage } from './stages.js';

export type SourceStatus = 'waiting' | 'resolve' | 'download' | 'convert' | 'done' | 'parked' | 'skipped';

/** How far the preparation of a source is. */
export interface SourceState {
  readonly name: string;
  readonly status: SourceStatus;
  readonly files?: number;
  readonly bytes?: number;
  /** Work ranges of the download, finished and in all. */
  readonly downloads?: readonly [number, number];
  /** Bytes of the finished work ranges of the download. */
  readonly downloadedBytes?: number;
  /** Work ranges of the conversion, finished and in all. */
  readonly pieces?: readonly [number, number];
  readonly conversations?: number;
  readonly rejected?: number;
  readonly format?: string;
  /** Once it is converted: what it holds beside roles and contents, and what was left out. */
  readonly findings?: SourceFindings;
  readonly notes: readonly string[];
}

/** Counts of what activities did, by name: the fields of their results. */
export type Counts = Readonly<Record<string, number>>;

/** How far a child with a part of a plan's batches is. */
export interface BatchState {
  readonly workflowId: string;
  /** Batches that are done. */
  readonly done: number;
  /** In all. */
  readonly batches: number;
  /** Of the batches that are done. */
  readonly counts: Counts;
}

/** How far the tokenisation is. */
interface TokensState {
  /** Work ranges, finished and in all. */
  readonly pieces: readonly [number, number];
  /** What the renderer writes that is not in the conversations. */
  readonly settings?: RendererSettings;
  readonly totalSteps: number | null;
  /** Conversations and examples with a trained token, once it is finished. */
  readonly trainedRows?: number;
  readonly trainedExamples?: number;
  /** Tokens that an epoch sends to the server, once it is finished. */
  readonly tokensPerEpoch?: number;
  /** Once it is finished. */
  readonly untrained?: Untrained;
}

/** How far the training is. */
export interface TrainState {
  readonly step: number;
  readonly totalSteps: number;
  /** So far, by this run and earlier ones of the same training. Sampled: at most. */
  readonly usage: TokenUsage;
  readonly firstLoss: number | null;
  readonly lastLoss: number | null;
  readonly reusedSteps: number;
  /** The newest ones, at most 20. */
  readonly checkpoints: readonly SegmentRecordRef[];
  readonly baseNll: HeldoutLoss | null;
  readonly heldoutNll: HeldoutLoss | null;
  /** The run is paused, and no activity of the training is under way. */
  readonly paused: boolean;
  /** How many requests to save have been answered. */
  readonly saves: number;
  /** Notes for the user: a checkpoint that the server lost, an earlier run whose steps are used. */
  readonly notes: readonly string[];
}

/** Why an activity or a child workflow failed. */
export interface Reason {
  /** Of the error table. */
  readonly type: string;
  readonly message: string;
  readonly remedy: string;
}

/** What a run waits for: a source by name, a stage, the review of the mix, or the end of a pause. */
export type WaitKey =
  | { readonly kind: 'source'; readonly what: string }
  | { readonly kind: 'stage'; readonly what: Stage }
  | { readonly kind: 'review'; readonly what: 'review' }
  | { readonly kind: 'pause'; readonly what: 'pause' };

/** Something that the user must decide or mend before the run continues. */
export type Wait = WaitKey & Reason;

/** Answer of the `progress` query: what a run has done and what it waits for. */
export interface RunState {
  readonly name: string;
  readonly stage: Stage | 'done';
  readonly sources: readonly SourceState[];
  readonly composition: Composition | null;
  readonly tokens: TokensState | null;
  readonly server: string | null;
  readonly developmentServer: boolean;
  readonly train: TrainState | null;
  /** Once the training is planned. */
  readonly cost: PlannedCost | null;
  readonly waitingFor: readonly Wait[];
  readonly notes: readonly string[];
}
