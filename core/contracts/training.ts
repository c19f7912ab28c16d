import type { Train } from '../recipe.js';
import type { ArtifactRef } from './artifact.js';

export interface PlanTrainingInput {
  readonly name: string;
  readonly seed: number;
  readonly train: Train;
  readonly tokens: ArtifactRef;
}

export interface SegmentRecordRef {
  readonly record: ArtifactRef;
  readonly nextStep: number;
  readonly statePath: string;
  readonly samplerPath: string;
  readonly label: string;
  readonly final: boolean;
  readonly firstLoss: number;
  readonly lastLoss: number;
}

export interface CheckTrainingInput {
  readonly train: Train;
}

/** What a check of the Tinker server finds before hours are spent on data. */
export interface CheckTrainingResult {
  readonly server: string;
  readonly developmentServer: boolean;
}

export interface TrainingPlan {
  readonly plan: ArtifactRef;
  readonly totalSteps: number;
  readonly learningRate: number;
  /** Base URL, and for the local server its id. Never a key. */
  readonly server: string;
  /** True if the server declares itself one for development. */
  readonly developmentServer: boolean;
}

export interface FindRecordsInput {
  readonly plan: ArtifactRef;
  /** The projections of the found lineage (checkpoints.jsonl, metrics.jsonl) are written here. */
  readonly out: string;
}

export interface FindRecordsResult {
  /**
   * Checkpoints before the final one that have no evaluation and whose weights the server still has, oldest
   * first: an earlier run was cancelled or parked before it measured them.
   */
  readonly unmeasured: readonly SegmentRecordRef[];
  /** How many records the found lineage has. */
  readonly found: number;
  readonly steps: number;
  /** The last record of the lineage whose state the server still has. */
  readonly last: SegmentRecordRef | null;
  /** Loss of step 0, if the lineage has that step. */
  readonly firstLoss: number | null;
  /** For the user: the records whose state the server has lost, so that the lineage ends before them. */
  readonly notes: readonly string[];
}

export interface TrainSegmentInput {
  readonly plan: ArtifactRef;
  readonly from: number;
  /** exclusive */
  readonly to: number;
  /** `null` for the first segment: it starts from the base model with the recipe's LoRA seed. */
  readonly predecessor: SegmentRecordRef | null;
}

export interface TrainSegmentResult {
  /** First step not in the weights; smaller than `to` if the segment stopped early. */
  readonly nextStep: number;
  readonly statePath: string;
  readonly samplerPath: string;
  readonly label: string;
  readonly final: boolean;
  readonly metrics: ArtifactRef;
  readonly firstLoss: number;
  readonly lastLoss: number;
}

export interface RecordSegmentInput {
  readonly plan: ArtifactRef;
  readonly out: string;
  readonly predecessor: SegmentRecordRef | null;
  readonly from: number;
  readonly result: TrainSegmentResult;
}

export interface RenewCheckpointsInput {
  readonly plan: ArtifactRef;
  /** The last record of the lineage. */
  readonly record: ArtifactRef;
}
