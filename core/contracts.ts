import type { Stage } from './progress.js';
import type { Recipe, RendererName, Source, SourceFormat, Train } from './recipe.js';

/**
 * Inputs and outputs of the activities: one object in, one object out, plain JSON, small (a payload stays under 64 KiB).
 * Rows, tokens and long lists live in the store; what travels is an {@link ArtifactRef}.
 */

export const artifactKinds = [
  'resolution', // the files of one source
  'conversion', // the plan that cuts one source into pieces
  'piece', // converted rows of one piece, a run sorted by order key
  'scatter', // rows of a grouped format, partitioned by group
  'summary', // the counts of one source
  'mix-plan', // which line stands where
  'bucket', // lines of a mix by an earlier version; nothing makes or reads them any more
  'mix', // the finished mix: manifest and provenance
  'token-plan',
  'token-piece',
  'tokens',
  'training', // the plan of a training
  'metrics', // per-step metrics of one segment
  'record', // a finished segment
  'evaluation',
] as const;
export type ArtifactKind = (typeof artifactKinds)[number];

/** Names an artifact in the store. `key` is 64 hex digits: a hash of inputs, parameters and code version. */
export interface ArtifactRef {
  readonly kind: ArtifactKind;
  readonly key: string;
}

/** A slice `[from, to)` of a plan's work items that one activity does. */
export interface Batch {
  readonly from: number;
  /** exclusive */
  readonly to: number;
  /** Size of the input, in bytes. */
  readonly bytes: number;
  /** What a person calls it, for the activity's summary. */
  readonly label: string;
}

// ── resolve and download ─────────────────────────────────────────────────────────────────────────────────────────

export interface ResolveSourceInput {
  readonly source: Source;
  /** Folder of the run's results; `recipe.lock.json` is read and written there. */
  readonly out: string;
  /** Take what the Hub has now instead of what `recipe.lock.json` holds, and say what moved. @default false */
  readonly updateLock?: boolean;
}
/** One file of a source. Listed in the `resolution` artifact's `files.json`, in reading order. */
export interface SourceFile {
  /** Absolute real path of a local file; path in the repository of a Hub file. */
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 of the bytes, hex. Known for local files and for LFS/Xet files of the Hub. */
  readonly sha256?: string;
  /** Git blob id (SHA-1, hex) of a Hub file; the only hash of a plain git file. */
  readonly gitOid?: string;
  /** Local files: modification time in nanoseconds, decimal, to notice a change between plan and use. */
  readonly mtimeNs?: string;
}
export interface SourceResolution {
  readonly name: string;
  readonly resolution: ArtifactRef;
  readonly kind: 'local' | 'hub';
  /** Canonical id; Hub sources only. */
  readonly dataset?: string;
  readonly commitSha?: string;
  readonly files: number;
  readonly bytes: number;
  /** Zero-byte files that were skipped. */
  readonly emptyFiles: number;
  /** Work for `downloadFiles`, at most 64; empty for local sources. */
  readonly downloads: readonly Batch[];
  /** Sentences for the user: "Magpie-Align/magpie… is spelled Magpie-Align/Magpie…". At most 20. */
  readonly notes: readonly string[];
}
export interface DownloadFilesInput {
  readonly resolution: ArtifactRef;
  readonly from: number;
  readonly to: number;
}
export interface DownloadFilesResult {
  readonly files: number;
  readonly bytes: number;
  /** Bytes that came over the network in this attempt. */
  readonly fetchedBytes: number;
  /** Bytes that an earlier attempt had left on disk and that were used. */
  readonly resumedBytes: number;
  /** Files that were there already, complete. */
  readonly reusedFiles: number;
}

// ── convert ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface PlanConversionInput {
  readonly source: Source;
  readonly resolution: ArtifactRef;
  readonly seed: number;
  readonly heldoutFraction: number;
}
export interface ConversionPlan {
  readonly plan: ArtifactRef;
  readonly format: SourceFormat;
  /** Why: "detected: column `conversation` of {role, content}". */
  readonly formatReason: string;
  /** At most 64 batches. */
  readonly pieces: readonly Batch[];
  /** For grouped formats, what `groupPieces` does after every piece is there; else empty. At most 64. */
  readonly groups: readonly Batch[];
}
export interface ConvertPiecesInput {
  readonly plan: ArtifactRef;
  readonly from: number;
  readonly to: number;
}
export interface ConvertPiecesResult {
  readonly pieces: number;
  /** Pieces that were in the store already. */
  readonly reusedPieces: number;
  /** Rows read. */
  readonly rows: number;
  readonly conversations: number;
  readonly rejected: number;
}
export interface SummariseSourceInput {
  readonly plan: ArtifactRef;
  readonly maxRejectFraction: number;
}

export const rejectReasons = [
  'bad_utf8',
  'bad_json',
  'no_messages',
  'unknown_role',
  'content_not_text',
  'no_assistant',
  'blank_content',
  'lone_surrogate',
  'conflicting_turns',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** What reading one source gave, before mixing. Conversations unless said otherwise. */
export interface SourceCounts {
  /** Rows of the files; differs from `read` for grouped formats. */
  readonly rows: number;
  readonly read: number;
  readonly filtered: number;
  readonly rejected: number;
  readonly rejectedBy: Readonly<Partial<Record<RejectReason, number>>>;
  /** Valid conversations before dedup. */
  readonly converted: number;
  /** Grouped formats: dialogues with missing turns, and without an `episode_done`. */
  readonly gaps?: number;
  readonly unfinished?: number;
  /** Grouped formats: rows that collapsed into an equal one. */
  readonly collapsedRows?: number;
}
export interface SourceSummary extends SourceCounts {
  readonly name: string;
  readonly summary: ArtifactRef;
  readonly format: SourceFormat;
  readonly formatReason: string;
  readonly files: number;
  readonly emptyFiles: number;
  readonly bytes: number;
}

// ── mix ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface MixSource {
  readonly source: Source;
  readonly resolution: ArtifactRef;
  readonly plan: ArtifactRef;
  readonly summary: ArtifactRef;
}
export interface PlanMixInput {
  readonly seed: number;
  /** In recipe order: the earlier source wins a duplicate. */
  readonly sources: readonly MixSource[];
  readonly heldout: Recipe['heldout'];
  readonly mix: Recipe['mix'];
  /** `--rows-per-source N`. */
  readonly rowsPerSource?: number;
}
/** One source in the mix; read = filtered + rejected + duplicates + heldout + heldoutUnused + notSelected + kept. */
/** How much text conversations are. */
export interface Volume {
  /** Of their canonical lines, newlines included. */
  readonly bytes: number;
  /** Characters (UTF-16 code units) of assistant text. */
  readonly assistantChars: number;
}
/** What became of a conversation that was converted. Of filtered and rejected rows there is no line to measure. */
export const fatesOfConverted = ['duplicates', 'heldout', 'heldoutUnused', 'notSelected', 'kept'] as const;
export type FateOfConverted = (typeof fatesOfConverted)[number];
export interface CompositionRow extends SourceCounts {
  readonly name: string;
  readonly format: SourceFormat;
  /** Duplicates by the source that won them, this source itself included. */
  readonly duplicatesBy: Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly heldout: number;
  readonly heldoutUnused: number;
  readonly notSelected: number;
  readonly kept: number;
  readonly repeat: number;
  /** Lines in train.jsonl: kept × repeat. */
  readonly lines: number;
  /** Bytes in train.jsonl. */
  readonly bytes: number;
  /** Characters (UTF-16 code units) of assistant text in train.jsonl. */
  readonly assistantChars: number;
  /** Text by what became of it, copies not counted; absent in runs of an earlier version. */
  readonly volumes?: Readonly<Record<FateOfConverted, Volume>>;
  /** Share of the recipe, absent where it names rows or all. */
  readonly askedShare?: number;
  /** Rows of the recipe, at most; absent where it names a share or all. */
  readonly askedRows?: number;
  /** Of the conversations kept before repeats, 0 … 1. */
  readonly realisedShare: number;
  /** True for the source that limited the mix. */
  readonly limiting: boolean;
}
export interface Composition {
  readonly sources: readonly CompositionRow[];
  /** Lines of train.jsonl. */
  readonly trainLines: number;
  readonly heldoutLines: number;
}
export interface MixPlan {
  readonly plan: ArtifactRef;
  /** In runs of an earlier version, which wrote the lines once more before train.jsonl. */
  readonly buckets?: readonly Batch[];
  readonly composition: Composition;
}
export interface MixBucketsInput {
  readonly plan: ArtifactRef;
  readonly from: number;
  readonly to: number;
}
export interface MixBucketsResult {
  readonly buckets: number;
  readonly reusedBuckets: number;
  readonly lines: number;
}
export interface FinishMixInput {
  readonly plan: ArtifactRef;
  readonly out: string;
}
export interface FileDigest {
  readonly path: string;
  readonly lines: number;
  readonly bytes: number;
  readonly sha256: string;
}
export interface MixResult {
  readonly mix: ArtifactRef;
  readonly train: FileDigest;
  readonly heldout: FileDigest;
  readonly manifestPath: string;
  readonly composition: Composition;
}

// ── tokenise ─────────────────────────────────────────────────────────────────────────────────────────────────────

export interface PlanTokensInput {
  readonly mix: ArtifactRef;
  readonly train: Train;
}
export interface TokenPlan {
  readonly plan: ArtifactRef;
  readonly renderer: RendererName;
  /** Where the tokenizer came from, with its digest. */
  readonly tokenizer: string;
  readonly pieces: readonly Batch[];
}
export interface TokenisePiecesInput {
  readonly plan: ArtifactRef;
  readonly from: number;
  readonly to: number;
}
export interface TokenisePiecesResult {
  readonly pieces: number;
  readonly reusedPieces: number;
  readonly rows: number;
  readonly tokens: number;
}
export interface LengthReport {
  readonly source: string;
  readonly rows: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  /** Tokens a row before truncation, at quantiles 0.5, 0.9, 0.99 and 1. */
  readonly quantiles: readonly [number, number, number, number];
  /** Rows longer than `max_tokens`. */
  readonly truncated: number;
  /** Rows of whose last answer nothing is left after truncation. */
  readonly lostLastAnswer: number;
  /** Rows without a trained token after truncation: counted, never trained. */
  readonly untrained: number;
}
export interface TokensResult {
  readonly tokens: ArtifactRef;
  readonly rows: number;
  /** Rows with at least one trained token: N of the step rule. */
  readonly trainedRows: number;
  readonly totalTokens: number;
  readonly trainedTokens: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly lengths: readonly LengthReport[];
}

// ── train ────────────────────────────────────────────────────────────────────────────────────────────────────────

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
/** What a look at the Tinker server gives before hours are spent on data. */
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
  /** True where the server says of itself that it is for development. */
  readonly developmentServer: boolean;
}
export interface FindRecordsInput {
  readonly plan: ArtifactRef;
  /** The projections of the found lineage (checkpoints.jsonl, metrics.jsonl) are written here. */
  readonly out: string;
}
export interface FindRecordsResult {
  /**
   * Checkpoints before the final one that nobody has measured, oldest first, of which the server still has the weights: a run
   * that was cancelled or parked did not come to it. Absent in histories of before.
   */
  readonly unmeasured?: readonly SegmentRecordRef[];
  /** How many records the found lineage has. */
  readonly found: number;
  readonly steps: number;
  /** The last record of the lineage whose state the server still has. */
  readonly last: SegmentRecordRef | null;
  /** Loss of step 0, where the lineage has it. */
  readonly firstLoss: number | null;
  /** Records that were passed over because the server has their state no more, said to the user. */
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
  /** First step not in the weights; smaller than `to` where the segment was asked to stop early. */
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
/** One line of metrics.jsonl. NLL is in nats a trained token: −Σ(lp·w)/Σw over the batch. */
export interface StepMetrics {
  readonly step: number;
  readonly epoch: number;
  readonly train_mean_nll: number;
  readonly learning_rate: number;
  readonly num_sequences: number;
  readonly num_tokens: number;
  readonly num_loss_tokens: number;
  readonly progress: number;
}

// ── evaluate ─────────────────────────────────────────────────────────────────────────────────────────────────────

export interface EvaluateInput {
  readonly plan: ArtifactRef;
  readonly mix: ArtifactRef;
  readonly out: string;
  /** `null`: what the training begins with, the base model or the weights of `train.from`. */
  readonly checkpoint: SegmentRecordRef | null;
}
export interface Answer {
  readonly prompt: string;
  readonly answer: string;
  readonly stopReason: 'stop' | 'length';
}
export interface EvaluationResult {
  readonly evaluation: ArtifactRef;
  readonly step: number;
  readonly label: string;
  readonly heldoutRows: number;
  /** Nats a trained token over all held-out rows; `null` where there are none. */
  readonly heldoutNll: number | null;
  readonly heldoutNllBySource: Readonly<Record<string, number>>;
  /** To the fixed prompts, greedy; each cut at 2,000 characters here. */
  readonly answers: readonly Answer[];
}

// ── report ───────────────────────────────────────────────────────────────────────────────────────────────────────

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
  /** Absent in runs that an earlier version began. */
  readonly standing?: RunStanding;
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

/** What the worker offers and the workflows call. */
export interface Activities {
  resolveSource(input: ResolveSourceInput): Promise<SourceResolution>;
  downloadFiles(input: DownloadFilesInput): Promise<DownloadFilesResult>;
  planConversion(input: PlanConversionInput): Promise<ConversionPlan>;
  convertPieces(input: ConvertPiecesInput): Promise<ConvertPiecesResult>;
  groupPieces(input: ConvertPiecesInput): Promise<ConvertPiecesResult>;
  summariseSource(input: SummariseSourceInput): Promise<SourceSummary>;
  planMix(input: PlanMixInput): Promise<MixPlan>;
  mixBuckets(input: MixBucketsInput): Promise<MixBucketsResult>;
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
