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
import type {
  DecideMixInput,
  FinishMixInput,
  MixDecided,
  MixPlan,
  MixRangeInput,
  MixRangeResult,
  MixResult,
  PlanMixInput,
} from './mix.js';
import type { WriteReportInput, WriteReportResult } from './report.js';
import type {
  DownloadFilesInput,
  DownloadFilesResult,
  ResolveSourceInput,
  SourceResolution,
} from './source.js';
import type {
  ChooseTokenizerInput,
  ChosenTokenizer,
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
  StepsWithinInput,
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
  /** Finds the files of a source, and for a Hub dataset its commit. */
  resolveSource(input: ResolveSourceInput): Promise<SourceResolution>;
  /** Brings Hub files into the store, whole and verified. */
  downloadFiles(input: DownloadFilesInput): Promise<DownloadFilesResult>;
  /** Detects the format of a source and cuts its files into pieces. */
  planConversion(input: PlanConversionInput): Promise<ConversionPlan>;
  /** Converts the rows of pieces, or scatters them where a row is a turn of a dialogue. */
  convertPieces(input: ConvertPiecesInput): Promise<ConvertPiecesResult>;
  /** Joins scattered turns to conversations. Its range is one of dialogue partitions. */
  groupDialogues(input: ConvertPiecesInput): Promise<ConvertPiecesResult>;
  /** Adds up the counts of the pieces of a source. */
  summariseSource(input: SummariseSourceInput): Promise<SourceSummary>;
  /** Finds the converted rows of all sources and divides them into partitions by their order keys. */
  planMix(input: PlanMixInput): Promise<MixPlan>;
  /** Finds the unique conversations of partitions, and splits off those that are held out. */
  countPartitions(input: MixRangeInput): Promise<MixRangeResult>;
  /** Decides how many rows of each source stay, and which. */
  decideMix(input: DecideMixInput): Promise<MixDecided>;
  /** Makes the further copies of repeated rows, a group of partitions an item. */
  copyRows(input: MixRangeInput): Promise<MixRangeResult>;
  /** Puts the lines of partitions into their order. */
  writePartitions(input: MixRangeInput): Promise<MixRangeResult>;
  /** Writes train.jsonl, heldout.jsonl and the manifest into `out`. */
  finishMix(input: FinishMixInput): Promise<MixResult>;
  /** Finds the tokenizer of a training and checks it, before the data is made. */
  chooseTokenizer(input: ChooseTokenizerInput): Promise<ChosenTokenizer>;
  /** Cuts the mix into pieces. */
  planTokens(input: PlanTokensInput): Promise<TokenPlan>;
  /** Makes tokens and loss weights of the lines of pieces. */
  tokenisePieces(input: TokenisePiecesInput): Promise<TokenisePiecesResult>;
  /** Adds up the pieces of a token plan, and counts the steps. */
  finishTokens(input: { readonly plan: ArtifactRef }): Promise<TokensResult>;
  /** Makes the checks of `planTraining` against the server, before the data is made. */
  checkTraining(input: CheckTrainingInput): Promise<CheckTrainingResult>;
  /** Fixes server, number of steps and learning rate of a training. */
  planTraining(input: PlanTrainingInput): Promise<TrainingPlan>;
  /** Finds the recorded segments of a training from which it can continue. */
  findRecords(input: FindRecordsInput): Promise<FindRecordsResult>;
  /** The end of the steps of a segment that send no more tokens than given; its `from` where none fits. */
  stepsWithin(input: StepsWithinInput): Promise<{ readonly to: number }>;
  /** Trains a range of steps and saves a checkpoint. */
  trainSegment(input: TrainSegmentInput): Promise<TrainSegmentResult>;
  /** Records a trained segment; from then on it counts. */
  recordSegment(input: RecordSegmentInput): Promise<SegmentRecordRef>;
  /** Restarts the time to live of the newest states. `renewed`: how many, at most 2. */
  renewCheckpoints(input: RenewCheckpointsInput): Promise<{ readonly renewed: number }>;
  /** Measures the held-out loss of a checkpoint and samples answers from it. */
  evaluate(input: EvaluateInput): Promise<EvaluationResult>;
  /** Writes report.html into `out`. */
  writeReport(input: WriteReportInput): Promise<WriteReportResult>;
}
