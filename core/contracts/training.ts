import type { Price } from '../cost/price.js';
import type { TokenUsage, WorkDone } from '../cost/usage.js';
import type { Train } from '../recipe.js';
import type { ArtifactRef } from './artifact.js';

/** What a training depends on, beside its server. */
export interface PlanTrainingInput {
  /** The run's name; labels begin with it unless `train.label` is set. */
  readonly name: string;
  /** The recipe's: decides the order of the rows after the first epoch. */
  readonly seed: number;
  /** As in the recipe. */
  readonly train: Train;
  /** Of kind `tokens`. */
  readonly tokens: ArtifactRef;
}

/** A recorded segment and its checkpoint. */
export interface SegmentRecordRef {
  /** Of kind `record`. */
  readonly record: ArtifactRef;
  /** First step not in the weights. */
  readonly nextStep: number;
  /** Tokens that its steps sent to the server. */
  readonly tokens: number;
  /** `tinker://…/weights/…`: weights and optimizer, to continue from. */
  readonly statePath: string;
  /** `tinker://…/sampler_weights/…`: weights, to sample from. */
  readonly samplerPath: string;
  /** Name of the checkpoint: `<label>-000050` or `<label>-final`. */
  readonly label: string;
  /** True after the last step. */
  readonly final: boolean;
  /** Mean loss of its first step, in nats a trained token. */
  readonly firstLoss: number;
  /** As `firstLoss`, of its last step. */
  readonly lastLoss: number;
}

/** What to check against the server. */
export interface CheckTrainingInput {
  /** As in the recipe. */
  readonly train: Train;
}

/** What a check of the Tinker server finds before hours are spent on data. */
export interface CheckTrainingResult {
  /** Base URL, and for the local server its id. */
  readonly server: string;
  /** True if the server declares itself one for development. */
  readonly developmentServer: boolean;
}

/** A training whose inputs are fixed. */
export interface TrainingPlan {
  /** Of kind `training`. */
  readonly plan: ArtifactRef;
  /** Of all segments. */
  readonly totalSteps: number;
  /** Before warm-up and schedule; a number where the recipe has `auto`. */
  readonly learningRate: number;
  /** Base URL, and for the local server its id. Never a key. */
  readonly server: string;
  /** True if the server declares itself one for development. */
  readonly developmentServer: boolean;
  /** Of all steps and evaluations, where nothing is trained twice. Sampled: at most. */
  readonly usage: TokenUsage;
  /** Of one evaluation. Sampled: at most. */
  readonly evaluation: TokenUsage;
  /** The recipe's, or what is known of the base model. */
  readonly price: Price | null;
}

/** A training whose recorded segments are looked up. */
export interface FindRecordsInput {
  /** Of kind `training`. */
  readonly plan: ArtifactRef;
  /** The projections of the found lineage (checkpoints.jsonl, metrics.jsonl) are written here. */
  readonly out: string;
}

/** The lineage of records that the training continues from. */
export interface FindRecordsResult {
  /**
   * Checkpoints before the final one that have no evaluation and whose weights the server still has, oldest
   * first: an earlier run was cancelled or parked before it measured them.
   */
  readonly unmeasured: readonly SegmentRecordRef[];
  /** How many records the found lineage has. */
  readonly found: number;
  /** Steps in the last record; 0 without one. */
  readonly steps: number;
  /** The last record of the lineage whose state the server still has. */
  readonly last: SegmentRecordRef | null;
  /** What was done of exactly this training by any run, also from checkpoints that the server has lost. */
  readonly done: WorkDone;
  /** Loss of step 0, if the lineage has that step. */
  readonly firstLoss: number | null;
  /** For the user: the records whose state the server has lost, so that the lineage ends before them. */
  readonly notes: readonly string[];
}

/** Steps `[from, to)`, and how much may be trained of them. */
export interface StepsWithinInput {
  /** Of kind `training`. */
  readonly plan: ArtifactRef;
  /** First step. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
  /** Tokens that may be sent to the server. */
  readonly tokens: number;
}

/** Steps `[from, to)` to train. */
export interface TrainSegmentInput {
  /** Of kind `training`. */
  readonly plan: ArtifactRef;
  /** First step. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
  /** `null` for the first segment: it starts from the base model with the recipe's LoRA seed. */
  readonly predecessor: SegmentRecordRef | null;
  /** Of the worker that did not do it, on another task queue: its last heartbeat, or its parked session. */
  readonly resume?: unknown;
}

/** A trained segment; the fields of its checkpoint are as in {@link SegmentRecordRef}. */
export interface TrainSegmentResult {
  /** First step not in the weights; smaller than `to` if the segment stopped early. */
  readonly nextStep: number;
  /** Tokens that its steps sent to the server. */
  readonly tokens: number;
  /** Weights and optimizer. */
  readonly statePath: string;
  /** Weights to sample from. */
  readonly samplerPath: string;
  /** Name of the checkpoint. */
  readonly label: string;
  /** True after the last step. */
  readonly final: boolean;
  /** Of kind `metrics`. */
  readonly metrics: ArtifactRef;
  /** Mean loss of its first step, in nats a trained token. */
  readonly firstLoss: number;
  /** As `firstLoss`, of its last step. */
  readonly lastLoss: number;
  /** The task queue of the worker that holds a client in this state; absent where none does. */
  readonly liveOn?: string;
  /** The session of that client. Whoever trains the next segment with another client finishes it. */
  readonly liveSession?: string;
}

/** A trained segment to record. */
export interface RecordSegmentInput {
  /** Of kind `training`. */
  readonly plan: ArtifactRef;
  /** Folder of the run's results; checkpoints.jsonl and metrics.jsonl are written there. */
  readonly out: string;
  /** `null` for the first segment. */
  readonly predecessor: SegmentRecordRef | null;
  /** First step of the segment. */
  readonly from: number;
  /** The segment's. */
  readonly result: TrainSegmentResult;
}

/** The lineage whose newest two states are renewed. */
export interface RenewCheckpointsInput {
  /** Of kind `training`. */
  readonly plan: ArtifactRef;
  /** The last record of the lineage. */
  readonly record: ArtifactRef;
}
