import type { Stage } from '../run/stages.js';
import type { Recipe } from '../recipe.js';
import type { SourceSummary } from './conversion.js';
import type { MixResult } from './mix.js';
import type { SourceResolution } from './source.js';
import type { TokensResult } from './tokens.js';
import type { TrainingPlan } from './training.js';

/**
 * How long a run has been in a stage, or waited for a person, in total. Points in time are milliseconds
 * since 1970.
 */
export interface StageTime {
  readonly stage: Stage | 'waiting for a person';
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
  readonly stage: Stage | 'done';
  readonly waitingFor: readonly {
    readonly what: string;
    readonly type: string;
    readonly message: string;
    readonly remedy: string;
  }[];
  readonly skippedSources: readonly string[];
  readonly notes: readonly string[];
  /** In the order of their first stays. */
  readonly times: readonly StageTime[];
  /** The failure's message. */
  readonly failure?: string;
}

export interface WriteReportInput {
  readonly standing: RunStanding;
  readonly recipe: Recipe;
  readonly out: string;
  readonly sources: readonly { readonly resolution: SourceResolution; readonly summary: SourceSummary }[];
  readonly mix: MixResult | null;
  readonly tokens: TokensResult | null;
  readonly training: TrainingPlan | null;
  readonly workflowId: string;
  readonly runId: string;
}

export interface WriteReportResult {
  readonly path: string;
}
