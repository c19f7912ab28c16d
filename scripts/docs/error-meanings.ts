import type { ErrorType } from '../../core/errors.js';

/** What each error means. An error without a meaning does not compile. */
export const errorMeanings: Readonly<Record<ErrorType, string>> = {
  RecipeError:
    'A key of the recipe is unknown or missing, or its value is not allowed; the message names the line.',
  LabelError: 'A checkpoint label is a name, not a path: it may hold no slash and no dot.',
  FileNotFoundError:
    'No file is at a path of the recipe, or a glob matches nothing, on the machine of the worker; or an object of recipe.lock.json is gone.',
  FileChangedError:
    'A local file was changed after the run was planned, so the planned pieces do not fit it; or an object is another than recipe.lock.json names.',
  HubTokenMissingError: 'The dataset is gated or private, and the worker has no Hugging Face token.',
  HubTokenInvalidError: "The Hub refuses the worker's token: it is mistyped, revoked or expired.",
  GatedDatasetError:
    'The token is valid, but its account has not accepted the terms, or the owner has not granted access yet.',
  HubTokenScopeError:
    'The token is fine-grained and does not cover this: the box "Read access to contents of all public gated repos you can access" of its settings is not ticked.',
  DatasetDisabledError: 'The Hub has closed the dataset for everybody, for example after a complaint.',
  HubForbiddenError:
    'The Hub, or a proxy or firewall on the way to it, forbids the request for a reason that is none of the others.',
  DatasetNotFoundError:
    'The Hub has no such dataset, or it is private: without a token the answer is the same.',
  RevisionNotFoundError: 'The dataset has no such branch, tag or commit.',
  ConfigNotFoundError: 'The dataset has no such config.',
  SplitNotFoundError: 'No file of the dataset belongs to that split.',
  HubFileNotFoundError: 'No file of the dataset matches `data_files`.',
  HashMismatchError:
    'The downloaded bytes do not have the hash that the Hub announces, and did not after a second download.',
  HubAnswerError: 'The answer is not one that a Hub gives.',
  HubUnavailableError: 'The Hub does not answer, answers with errors, or limits the rate of requests.',
  FileKindError:
    'A file is no text and no parquet by its first bytes, such as UTF-16, a Git LFS pointer or an HTML page; its name does not matter.',
  FormatError: 'The rows fit none of the known formats; the message shows their columns.',
  TooManyRejectsError: 'More conversations of a source were rejected than `max_reject_fraction` allows.',
  MixError:
    'The sources have too few conversations for the shares and rows in the recipe, or the shares do not add up.',
  StoreUnavailableError:
    'The S3 service of the store does not answer, answers with errors, or limits the rate of requests.',
  BucketMissingError: 'The S3 service has no bucket of that name.',
  StoreForbiddenError: 'There are no AWS credentials, or they do not allow the request on the bucket.',
  StoreRegionError: 'The bucket is in another region than the one that requests are signed for.',
  StoreClockError:
    'The clock of this machine differs too much from that of the S3 service, which refuses its signatures.',
  StoreCertificateError:
    'The certificate of the S3 service is not accepted: its authority is unknown, or it is for another host name or time.',
  StoreProxyError: 'The proxy of the environment refuses the connection to the S3 service.',
  StoreAnswerError: 'The answer is not one that an S3 service gives.',
  DiskFullError: 'The disk of the store or of `out` is full, or a quota is used up.',
  ArtifactMissingError: 'The store no longer has the result of a finished stage.',
  ArtifactCorruptError: 'A file in the store is not what was written there.',
  OutInUseError: 'Another run that is under way writes to the same folder.',
  TinkerKeyMissingError: 'The worker has no key for the hosted Tinker service.',
  TinkerAuthError: "Tinker refuses the worker's key.",
  TinkerBillingError: 'The Tinker account may not train until its billing is settled.',
  BudgetReachedError:
    'The training would use more than `train.budget` with its next step. Its newest checkpoint is saved and measured.',
  TinkerRequestError: 'Tinker refused a request as invalid, and would refuse it again.',
  TinkerConformanceError:
    'A Tinker server answers without an error, and does something else than the request means.',
  BaseModelError: 'The server does not train that base model, or no renderer is known for it.',
  TokenizerError:
    'The tokenizer of the base model could not be found or read, or is one of another model or renderer.',
  TinkerUnavailableError: 'The Tinker server does not answer.',
  TinkerClientDeadError:
    'A Tinker run ended under a segment: a lapsed session, a crash of the server, a lost request.',
  CheckpointLostError:
    'The server no longer has the checkpoint that the training was to continue from: its TTL has passed.',
  NothingToTrainError:
    'No row has a token that is trained on: the renderer refuses it, its messages have weight 0, or truncation cuts them off.',
  UsageError: 'The command cannot be done now; the message has the reason.',
  TemporalUnavailableError: 'No Temporal server answers at the address.',
  NoWorkerError: 'No worker polls the task queue of this store, so the run would wait for one.',
  ServerEndedError:
    'A server or the worker of `headrace dev` or `headrace demo` has ended too often within a minute, so all of them were ended.',
  RunNotFoundError: 'Temporal has no run of that name.',
  RecipeChangedError:
    'A run of that name is under way with another recipe; the message shows the difference.',
  WorkerLostError: 'The worker was shut down or killed during an activity, or stopped answering.',
  TimeLimitError: 'An activity took longer than its time limit.',
  ChildCancelledError:
    'The workflow of a source or of the training was cancelled or terminated in the Temporal UI.',
  InternalError: 'An unexpected error.',
};
