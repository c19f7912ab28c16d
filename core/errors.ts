/**
 * Every named reason for which a run can fail, in one table.
 *
 * `retry: true`: time may help, so the activity is tried again. `retry: false`: only the user can help, so
 * the source or the stage parks. Activities throw {@link HeadraceError}; the activity edge turns it into a
 * Temporal `ApplicationFailure`, with the table's `retry` and `remedy`.
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
  HubTokenScopeError: {
    retry: false,
    remedy: 'Let the token read gated repositories, on the Hub page of your tokens.',
  },
  DatasetDisabledError: { retry: false, remedy: 'Choose another dataset, or leave the source out.' },
  HubForbiddenError: {
    retry: false,
    remedy: 'Open the page of the dataset in a browser; look for a proxy or firewall on the way.',
  },
  DatasetNotFoundError: { retry: false, remedy: 'Correct the dataset id.' },
  RevisionNotFoundError: { retry: false, remedy: 'Correct the revision.' },
  ConfigNotFoundError: { retry: false, remedy: 'Name a config that the dataset has.' },
  SplitNotFoundError: { retry: false, remedy: 'Correct config, split or data_files.' },
  HubFileNotFoundError: { retry: false, remedy: 'Correct data_files.' },
  HashMismatchError: {
    retry: false,
    remedy: 'The bytes do not have the announced hash; report it to the owner of the dataset.',
  },
  HubAnswerError: {
    retry: false,
    remedy: 'The server at HF_ENDPOINT is not a Hub, or is broken: check HF_ENDPOINT on the worker.',
  },
  HubUnavailableError: {
    retry: true,
    remedy: 'Check the network and HF_ENDPOINT, then try again; bytes that were downloaded are kept.',
  },
  // Rows
  FileKindError: {
    retry: false,
    remedy: 'Put JSON Lines, a JSON list or parquet in its place, plain or packed with gzip or zstd.',
  },
  FormatError: { retry: false, remedy: 'Name the format and the fields in the recipe.' },
  TooManyRejectsError: {
    retry: false,
    remedy: 'Read rejects.jsonl; correct the data, or raise max_reject_fraction.',
  },
  MixError: { retry: false, remedy: 'Correct rows, shares and mix.rows in the recipe.' },
  // The machine
  DiskFullError: { retry: false, remedy: 'Free disk space, then retry.' },
  ArtifactMissingError: {
    retry: false,
    remedy: 'The store has lost a file; start the run again, and it is made again.',
  },
  ArtifactCorruptError: { retry: false, remedy: 'Delete the artifact named above; it is made again.' },
  // A store in a bucket
  StoreUnavailableError: {
    retry: true,
    remedy: 'Check the network, AWS_ENDPOINT_URL_S3 and the S3 service, then try again; nothing is lost.',
  },
  BucketMissingError: {
    retry: false,
    remedy: 'Correct the bucket in HEADRACE_STORE, or make it; Headrace makes no buckets.',
  },
  StoreForbiddenError: {
    retry: false,
    remedy:
      'Check the AWS credentials of this process; they must allow to get, put, list and delete objects of the store.',
  },
  StoreRegionError: { retry: false, remedy: 'Set AWS_REGION to the region of the bucket.' },
  StoreClockError: {
    retry: false,
    remedy: "Set this machine's clock right, or that of the S3 server; NTP keeps it right.",
  },
  StoreCertificateError: {
    retry: false,
    remedy: 'Set NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE to a PEM file with the certificate of its authority.',
  },
  StoreProxyError: {
    retry: false,
    remedy:
      'Correct HTTPS_PROXY or HTTP_PROXY of this process, let the proxy pass the host, or name the host in NO_PROXY.',
  },
  StoreAnswerError: {
    retry: false,
    remedy: 'The server at AWS_ENDPOINT_URL_S3 is no S3 service, or refuses what a store needs: check it.',
  },
  OutInUseError: { retry: false, remedy: 'Give one of the two recipes another `out`.' },
  // Tinker
  TinkerKeyMissingError: {
    retry: false,
    remedy: 'Set TINKER_API_KEY (or TINKER_BASE_URL for a self-hosted server) on the worker.',
  },
  TinkerAuthError: { retry: false, remedy: 'Check TINKER_API_KEY on the worker.' },
  TinkerBillingError: { retry: false, remedy: 'Settle the billing of the Tinker account.' },
  BudgetReachedError: {
    retry: false,
    remedy:
      'Raise the budget with `npx headrace change-budget RUN tokens=N`; the training continues from its checkpoint.',
  },
  TinkerRequestError: { retry: false, remedy: 'The server refused the request; see its message.' },
  TinkerConformanceError: {
    retry: false,
    remedy: 'Report it to those who run the server, or train on another one.',
  },
  BaseModelError: {
    retry: false,
    remedy: 'Choose a base model that the server offers and that has a renderer.',
  },
  TokenizerError: {
    retry: false,
    remedy: 'Name the tokenizer of the base model as train.tokenizer: a Hub id at a revision, or a folder.',
  },
  TinkerUnavailableError: {
    retry: true,
    remedy: 'Check the network and TINKER_BASE_URL, then try again; checkpoints are kept.',
  },
  TinkerClientDeadError: {
    retry: true,
    remedy: 'The segment starts again from its last checkpoint in a new Tinker run.',
  },
  CheckpointLostError: { retry: false, remedy: 'The training continues from the checkpoint before it.' },
  NothingToTrainError: {
    retry: false,
    remedy: 'Read the length report; a longer `max_tokens`, another `train_on` or `renderer` may help.',
  },
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
  ServerEndedError: {
    retry: true,
    remedy: 'Mend what the log names, then run `npx headrace dev` again; runs continue.',
  },
  RunNotFoundError: { retry: false, remedy: '`npx headrace list` shows all runs.' },
  RecipeChangedError: {
    retry: false,
    remedy: 'Wait for the run to end or cancel it, or give the recipe another name.',
  },
  // The worker and the Temporal UI
  WorkerLostError: {
    retry: true,
    remedy:
      'The worker ended during the work: read its log, start it again with `npx headrace worker`, then retry.',
  },
  TimeLimitError: {
    retry: true,
    remedy: "The activity took longer than its time limit: read the worker's log, then retry.",
  },
  ChildCancelledError: {
    retry: false,
    remedy:
      'The workflow was cancelled or terminated by hand: retry it, or cancel the run with `npx headrace cancel RUN`.',
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
  /** What to do next. @default the table's remedy */
  readonly remedy?: string;
  /** The shortest wait before the next attempt, in milliseconds: a server's Retry-After. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * An error of {@link errorTable}. The message has what failed, where and why; `remedy` has what to do next.
 */
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
