import type { ConversionPlan, SourceSummary } from '../contracts/conversion.js';
import type { EvaluationResult } from '../contracts/evaluation.js';
import type { MixResult } from '../contracts/mix.js';
import type { SourceResolution } from '../contracts/source.js';
import type { TokensResult } from '../contracts/tokens.js';
import type { SegmentRecordRef, TrainingPlan } from '../contracts/training.js';
import type { TokenUsage } from '../cost/usage.js';
import type { Recipe } from '../recipe.js';

/** Input of the `stage1` workflow. */
export interface Stage1Input {
  /** Validated, with absolute `out`, `files` and tokenizer folder. */
  readonly recipe: Recipe & { readonly out: string };
  readonly rowsPerSource?: number;
  /** Move `recipe.lock.json` to what the Hub and buckets have now. */
  readonly updateLock?: boolean;
  /** True where the namespace has the Headrace search attributes. */
  readonly searchAttributes: boolean;
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

/** Result of the `prepareSource` workflow: a source that is resolved, on disk and converted. */
export interface PreparedSource {
  readonly resolution: SourceResolution;
  readonly conversion: ConversionPlan;
  readonly summary: SourceSummary;
}

/** Result of the `trainLora` workflow. */
export interface TrainOutcome {
  readonly totalSteps: number;
  readonly firstLoss: number;
  readonly lastLoss: number;
  /** Of this run and earlier ones of the same training. Sampled: at most. */
  readonly usage: TokenUsage;
  /** Steps that an earlier run or attempt had recorded and that were not trained again. */
  readonly reusedSteps: number;
  readonly final: SegmentRecordRef;
  readonly base: EvaluationResult | null;
  readonly trained: EvaluationResult | null;
}
