/**
 * Every way a run can fail for a reason that has a name, in one table.
 *
 * `retry: true` means time may mend it: the activity is tried again. `retry: false` means only a person can:
 * the source or the run parks. Activities throw {@link HeadraceError}; only the activity edge turns it into a
 * Temporal `ApplicationFailure`, with this table's verdict.
 */
export const errorTable = {
  // What the user wrote
  RecipeError: { retry: false, remedy: 'Correct the recipe and start again.' },
  LabelError: { retry: false, remedy: 'Use 1 to 255 letters, digits, "_" and "-".' },
  // Local files
  FileNotFoundError: { retry: false, remedy: 'Correct the path or glob, or put the file there.' },
  FileChangedError: { retry: false, remedy: 'Leave the file alone while a run reads it, then start again.' },
  // The Hub
  HubTokenMissingError: { retry: false, remedy: 'Set HF_TOKEN on the worker, or run `hf auth login` there.' },
  HubTokenInvalidError: { retry: false, remedy: 'Make a new token and set HF_TOKEN on the worker.' },
  GatedDatasetError: {
    retry: false,
    remedy: 'Accept the terms on the dataset page with the account of your token.',
  },
  DatasetNotFoundError: { retry: false, remedy: 'Correct the dataset id.' },
  RevisionNotFoundError: { retry: false, remedy: 'Correct the revision.' },
  ConfigNotFoundError: { retry: false, remedy: 'Name a config that the dataset has.' },
  SplitNotFoundError: { retry: false, remedy: 'Correct config, split or data_files.' },
  HubFileNotFoundError: { retry: false, remedy: 'Correct data_files.' },
  HashMismatchError: {
    retry: false,
    remedy: 'The server sends other bytes than it announces; report it to the owner of the dataset.',
  },
  HubAnswerError: {
    retry: false,
    remedy: 'What answers at HF_ENDPOINT is no Hub, or a broken one: check HF_ENDPOINT on the worker.',
  },
  HubUnavailableError: {
    retry: true,
    remedy: 'The Hub or the network is down; the download goes on from its last byte.',
  },
  // Rows
  FormatError: { retry: false, remedy: 'Name the format and the fields in the recipe.' },
  TooManyRejectsError: {
    retry: false,
    remedy: 'Look at rejects.jsonl; mend the data or raise max_reject_fraction.',
  },
  MixError: { retry: false, remedy: 'Correct rows, shares and mix.rows in the recipe.' },
  // The machine
  DiskFullError: { retry: false, remedy: 'Free disk space, then retry.' },
  ArtifactMissingError: {
    retry: false,
    remedy: 'The store lost a file; start the run again to make it anew.',
  },
  ArtifactCorruptError: { retry: false, remedy: 'Delete the artifact named above; it is made again.' },
  OutInUseError: { retry: false, remedy: 'Give one of the two recipes another `out`.' },
  // Tinker
  TinkerKeyMissingError: {
    retry: false,
    remedy: 'Set TINKER_API_KEY (or TINKER_BASE_URL for a self-hosted server) on the worker.',
  },
  TinkerAuthError: { retry: false, remedy: 'Check TINKER_API_KEY on the worker.' },
  TinkerBillingError: { retry: false, remedy: 'Settle the billing of the Tinker account.' },
  TinkerRequestError: { retry: false, remedy: 'The server refused the request; see its message.' },
  BaseModelError: { retry: false, remedy: 'Choose a base model that the server offers and a renderer fits.' },
  TokenizerError: {
    retry: false,
    remedy: 'Name a tokenizer in the recipe: a Hub id at a revision, or a folder.',
  },
  TinkerUnavailableError: {
    retry: true,
    remedy: 'The Tinker server or the network is down; the segment starts again from its checkpoint.',
  },
  TinkerClientDeadError: {
    retry: true,
    remedy: 'The segment starts again from its last checkpoint in a new Tinker run.',
  },
  CheckpointLostError: { retry: false, remedy: 'The previous checkpoint is used.' },
  NothingToTrainError: { retry: false, remedy: 'No row has a trained token; look at the length report.' },
  // The client and Temporal
  UsageError: { retry: false, remedy: 'See --help.' },
  TemporalUnavailableError: {
    retry: true,
    remedy: 'Start one with `npx headrace dev`, or set TEMPORAL_ADDRESS or TEMPORAL_PROFILE.',
  },
  NoWorkerError: {
    retry: true,
    remedy:
      'Start one with `npx headrace worker` on the machine that has the store, then run the command again.',
  },
  RunNotFoundError: { retry: false, remedy: '`npx headrace list` shows the runs there are.' },
  RecipeChangedError: {
    retry: false,
    remedy: 'Wait for the run to end or cancel it, or give the recipe another name.',
  },
  // The worker and the Temporal UI
  WorkerLostError: {
    retry: true,
    remedy:
      'A worker ended in the middle: see its log, start one again with `npx headrace worker`, then retry.',
  },
  TimeLimitError: { retry: true, remedy: "It took longer than it may: see the worker's log, then retry." },
  ChildCancelledError: {
    retry: false,
    remedy:
      'It was cancelled or terminated by hand: retry it, or cancel the run with `npx headrace cancel RUN`.',
  },
  // The unexpected
  InternalError: { retry: true, remedy: 'This is a defect in Headrace; please report it with the stack.' },
} as const satisfies Record<string, { retry: boolean; remedy: string }>;

export type ErrorType = keyof typeof errorTable;

/** Error types that Temporal must not retry, for `nonRetryableErrorTypes`. */
export const nonRetryableErrorTypes: readonly ErrorType[] = (Object.keys(errorTable) as ErrorType[]).filter(
  (type) => !errorTable[type].retry,
);

export interface HeadraceErrorOptions {
  /** What to do next; by default the table's remedy. */
  readonly remedy?: string;
  /** Wait at least this long before the next attempt, in milliseconds (a server's Retry-After). */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An error with a name from {@link errorTable}: the message says what, where and why; `remedy` says what next. */
export class HeadraceError extends Error {
  override readonly name = 'HeadraceError';
  readonly type: ErrorType;
  readonly remedy: string;
  readonly retryAfterMs: number | undefined;

  constructor(type: ErrorType, message: string, options: HeadraceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.type = type;
    this.remedy = options.remedy ?? errorTable[type].remedy;
    this.retryAfterMs = options.retryAfterMs;
  }

  get retryable(): boolean {
    return errorTable[this.type].retry;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
