import type { Stage } from '../run/stages.js';
import type { Recipe } from '../recipe.js';
import type { SourceSummary } from './conversion.js';
import type { MixResult } from './mix.js';
import type { SourceResolution } from './source.js';
import type { TokenUsage } from '../cost/usage.js';
import type { TokensResult } from './tokens.js';
import type { TrainingPlan } from './training.js';

/**
 * How long a run has been in a stage, or waited for a decision, in total. Points in time are milliseconds
 * since 1970.
 */
export interface StageTime {
  readonly stage: Stage | 'waiting for a decision';
  /** Begin of the first stay. */
  readonly first: number;
  /** Milliseconds of the finished stays. */
  readonly ms: number;
  /** Number of stays. */
  readonly stays: number;
  /** Begin of the present stay; `null` if the run is elsewhere. */
  readonly since: number | null;
}

/** The state of a run at the time of its report. */
export interface RunStanding {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** A run that waits is `running`. */
  readonly status: 'running' | 'done' | 'cancelled' | 'failed';
  /** The stage that the run is in, `done` after the last. */
  readonly stage: Stage | 'done';
  /** What needs a decision; empty where nothing does. */
  readonly waitingFor: readonly {
    /** The source, the stage, `review` or `pause`. */
    readonly what: string;
    /** A type of the error table, or `Paused`, `Review`. */
    readonly type: string;
    /** What was found. */
    readonly message: string;
    /** What to do; `''` where none is known. */
    readonly remedy: string;
  }[];
  /** Names of sources that the mix is without. */
  readonly skippedSources: readonly string[];
  /** Notes of the run, oldest first; the newest ones where there are many. */
  readonly notes: readonly string[];
  /** In the order of their first stays. */
  readonly times: readonly StageTime[];
  /** The failure's message. */
  readonly failure?: string;
}

/** A run as far as it has come. What is not there yet is `null`. */
export interface WriteReportInput {
  readonly standing: RunStanding;
  /** With its defaults, and with the changes made during the run. */
  readonly recipe: Recipe;
  /** Folder of the run's results; report.html is written there. */
  readonly out: string;
  /** Sources that are ready, in recipe order. */
  readonly sources: readonly { readonly resolution: SourceResolution; readonly summary: SourceSummary }[];
  /** `null` before the mix. */
  readonly mix: MixResult | null;
  /** `null` before tokenising, and where the recipe does not train. */
  readonly tokens: TokensResult | null;
  /** `null` before the training, and where the recipe does not train. */
  readonly training: TrainingPlan | null;
  /** Tokens that the training has used so far; `null` before it. Sampled: at most. */
  readonly used: TokenUsage | null;
  /** Of the run, in Temporal. */
  readonly workflowId: string;
  /** Of the execution, in Temporal. */
  readonly runId: string;
}

/** The written report. */
export interface WriteReportResult {
  /** Of report.html in `out`. */
  readonly path: string;
}
