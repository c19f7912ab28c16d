import type { Stage } from '../run/stages.js';
import type { Recipe } from '../recipe.js';
import type { SourceSummary } from './conversion.js';
import type { MixResult } from './mix.js';
import type { SourceResolution } from './source.js';
import type { TokensResult } from './tokens.js';
import type { TrainingPlan } from './training.js';

/** How long a run has been in a stage, or waited for a person, in all. Times are milliseconds since 1970. */
export interface StageTime {
  readonly stage: Stage | 'waiting for a person';
  /** When it was entered first. */
  readonly first: number;
  /** Finished stays. */
  readonly ms: number;
  /** How often it was entered. */
  readonly stays: number;
  /** Where the run is there now: since when. */
  readonly since: number | null;
}

/** How a run stood when its report was asked for. */
export interface RunStanding {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `running` covers a run that waits. */
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
  /** In the order of their first entry. */
  readonly times: readonly StageTime[];
  /** Why it failed. */
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
