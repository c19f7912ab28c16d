import type { ConversionPlan, SourceSummary } from './contracts/conversion.js';
import type { EvaluationResult, HeldoutLoss } from './contracts/evaluation.js';
import type { Composition, MixResult } from './contracts/mix.js';
import type { SourceResolution } from './contracts/source.js';
import type { TokensResult } from './contracts/tokens.js';
import type { SegmentRecordRef, TrainingPlan } from './contracts/training.js';
import type { Stage } from './progress.js';
import type { Recipe, Source } from './recipe.js';

/** Input of the `stage1` workflow. */
export interface Stage1Input {
  /** Validated, with absolute `out`, `files` and tokenizer folder. */
  readonly recipe: Recipe & { readonly out: string };
  readonly rowsPerSource?: number;
  /** Move `recipe.lock.json` to what the Hub has now. */
  readonly updateLock?: boolean;
  /** True where the namespace knows the Headrace search attributes. */
  readonly searchAttributes: boolean;
}

/** A source that is resolved, on disk and converted. */
export interface PreparedSource {
  readonly resolution: SourceResolution;
  readonly conversion: ConversionPlan;
  readonly summary: SourceSummary;
}

export interface TrainOutcome {
  readonly totalSteps: number;
  readonly firstLoss: number;
  readonly lastLoss: number;
  /** Steps that an earlier run or attempt had recorded and that were not trained again. */
  readonly reusedSteps: number;
  readonly final: SegmentRecordRef;
  readonly base: EvaluationResult | null;
  readonly trained: EvaluationResult | null;
}

/** Result of the `stage1` workflow. */
export interface Stage1Result {
  readonly out: string;
  readonly mix: MixResult;
  readonly skippedSources: readonly string[];
  readonly tokens: TokensResult | null;
  readonly training: TrainingPlan | null;
  readonly trained: TrainOutcome | null;
  readonly reportPath: string;
}

export type SourceStatus = 'waiting' | 'resolve' | 'download' | 'convert' | 'done' | 'parked' | 'skipped';

export interface SourceState {
  readonly name: string;
  readonly status: SourceStatus;
  readonly files?: number;
  readonly bytes?: number;
  /** Download batches, finished and in all. */
  readonly downloads?: readonly [number, number];
  /** Bytes of the finished download batches. */
  readonly downloadedBytes?: number;
  /** Conversion batches, finished and in all. */
  readonly pieces?: readonly [number, number];
  readonly conversations?: number;
  readonly rejected?: number;
  readonly format?: string;
  readonly notes: readonly string[];
}

/** Something that only a person can do before the run goes on. */
export interface Wait {
  /** A source's name, `mix`, `training`, `review` or `pause`. */
  readonly what: string;
  readonly kind: 'source' | 'stage' | 'review' | 'pause';
  readonly type: string;
  readonly message: string;
  readonly remedy: string;
}

export interface TrainState {
  readonly step: number;
  readonly totalSteps: number;
  readonly firstLoss: number | null;
  readonly lastLoss: number | null;
  readonly reusedSteps: number;
  /** The newest ones, at most 20. */
  readonly checkpoints: readonly SegmentRecordRef[];
  readonly baseNll: HeldoutLoss | null;
  readonly heldoutNll: HeldoutLoss | null;
  /** The run is paused, and nothing of the training is under way any more. */
  readonly paused: boolean;
  /** How many times the training was asked to save, and has. */
  readonly saves: number;
  /** What a person should know: a checkpoint that the server lost, an earlier run whose steps are used. */
  readonly notes: readonly string[];
}

/** Answer of the `progress` query: what a run has done and what it waits for. */
export interface RunState {
  readonly name: string;
  readonly stage: Stage | 'done';
  readonly sources: readonly SourceState[];
  readonly composition: Composition | null;
  readonly tokens: { readonly pieces: readonly [number, number]; readonly totalSteps: number | null } | null;
  readonly server: string | null;
  readonly developmentServer: boolean;
  readonly train: TrainState | null;
  readonly waitingFor: readonly Wait[];
  readonly notes: readonly string[];
}

/** What a run's memo holds of its recipe; a change while it waits brings the new one, made by the client. */
export interface RecipeMemo {
  readonly recipeHash: string;
  readonly recipe: string;
}

/** Another definition of a parked source, validated by the client; the name stays. */
export interface ReplaceSourceInput {
  readonly source: Source;
  readonly memo: RecipeMemo;
}

/** How much of a source is wanted; neither: all of it. */
export interface Cap {
  readonly rows?: number;
  readonly share?: number;
}

/** Other caps for some sources, by name. */
export interface ChangeCapsInput {
  readonly caps: Readonly<Record<string, Cap>>;
  readonly note: string;
  readonly memo: RecipeMemo;
}

/** The run's workflow id: one run of a name at a time. */
export function workflowIdOf(name: string): string {
  return `headrace/${name}`;
}

/** Names of the search attributes; used only where the namespace has them. */
export const searchAttributeNames = {
  stage: 'HeadraceStage',
  recipe: 'HeadraceRecipe',
  baseModel: 'HeadraceBaseModel',
} as const;
