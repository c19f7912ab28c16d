import type { ArtifactRef } from './artifact.js';
import type {
  ConversionPlan,
  ConvertPiecesInput,
  ConvertPiecesResult,
  PlanConversionInput,
  SourceSummary,
  SummariseSourceInput,
} from './conversion.js';
import type { EvaluateInput, EvaluationResult } from './evaluation.js';
import type { FinishMixInput, MixPlan, MixResult, PlanMixInput } from './mix.js';
import type { WriteReportInput, WriteReportResult } from './report.js';
import type {
  DownloadFilesInput,
  DownloadFilesResult,
  ResolveSourceInput,
  SourceResolution,
} from './source.js';
import type {
  PlanTokensInput,
  TokenPlan,
  TokenisePiecesInput,
  TokenisePiecesResult,
  TokensResult,
} from './tokens.js';
import type {
  CheckTrainingInput,
  CheckTrainingResult,
  FindRecordsInput,
  FindRecordsResult,
  PlanTrainingInput,
  RecordSegmentInput,
  RenewCheckpointsInput,
  SegmentRecordRef,
  TrainSegmentInput,
  TrainSegmentResult,
  TrainingPlan,
} from './training.js';

/**
 * The activities: the worker registers them, and the workflows call them. Each has one object in and one
 * object out, plain JSON of less than 64 KiB. Rows, tokens and long lists stay in the store; payloads name
 * them by an {@link ArtifactRef}.
 */
export interface Activities {
  resolveSource(input: ResolveSourceInput): Promise<SourceResolution>;
  downloadFiles(input: DownloadFilesInput): Promise<DownloadFilesResult>;
  planConversion(input: PlanConversionInput): Promise<ConversionPlan>;
  convertPieces(input: ConvertPiecesInput): Promise<ConvertPiecesResult>;
  groupDialogues(input: ConvertPiecesInput): Promise<ConvertPiecesResult>;
  summariseSource(input: SummariseSourceInput): Promise<SourceSummary>;
  planMix(input: PlanMixInput): Promise<MixPlan>;
  finishMix(input: FinishMixInput): Promise<MixResult>;
  planTokens(input: PlanTokensInput): Promise<TokenPlan>;
  tokenisePieces(input: TokenisePiecesInput): Promise<TokenisePiecesResult>;
  finishTokens(input: { readonly plan: ArtifactRef }): Promise<TokensResult>;
  checkTraining(input: CheckTrainingInput): Promise<CheckTrainingResult>;
  planTraining(input: PlanTrainingInput): Promise<TrainingPlan>;
  findRecords(input: FindRecordsInput): Promise<FindRecordsResult>;
  trainSegment(input: TrainSegmentInput): Promise<TrainSegmentResult>;
  recordSegment(input: RecordSegmentInput): Promise<SegmentRecordRef>;
  renewCheckpoints(input: RenewCheckpointsInput): Promise<{ readonly renewed: number }>;
  evaluate(input: EvaluateInput): Promise<EvaluationResult>;
  writeReport(input: WriteReportInput): Promise<WriteReportResult>;
}
