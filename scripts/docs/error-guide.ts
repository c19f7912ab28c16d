import { errorTable } from '../../core/errors.js';
import type { ErrorType } from '../../core/errors.js';

/** What each error means, for docs/troubleshooting.md. An error without a meaning does not compile. */
const meanings: Readonly<Record<ErrorType, string>> = {
  RecipeError:
    'A key of the recipe is unknown, missing or has a value that cannot be; the message names the line.',
  LabelError: 'A checkpoint label is a name, not a path: it may hold no slash and no dot.',
  FileNotFoundError:
    'No file is at a path of the recipe, or a glob matches nothing, on the machine of the worker.',
  FileChangedError:
    'A local file was changed between the look at it and its reading, so pieces would not fit.',
  HubTokenMissingError: 'The dataset is gated or private, and the worker has no Hugging Face token.',
  HubTokenInvalidError: 'The Hub refuses the token of the worker: it is mistyped, revoked or expired.',
  GatedDatasetError:
    'The token is good, but its account has not accepted the terms, or the owner has not agreed yet.',
  DatasetNotFoundError:
    'The Hub knows no such dataset, or hides it; without a token it cannot tell the two apart.',
  RevisionNotFoundError: 'The dataset has no such branch, tag or commit.',
  ConfigNotFoundError: 'The dataset has no such config.',
  SplitNotFoundError: 'No file of the dataset belongs to that split.',
  HubFileNotFoundError: 'No file of the dataset fits `data_files`.',
  HashMismatchError: 'What was downloaded has another hash than the Hub says, also when fetched again.',
  HubAnswerError: 'What answers in the place of the Hub is no Hub, or says what cannot be.',
  HubUnavailableError: 'The Hub does not answer, answers with errors or slows us down.',
  FormatError: 'The rows fit no format that Headrace knows; the message shows the columns that it saw.',
  TooManyRejectsError: 'More rows of a source could not be used than `max_reject_fraction` allows.',
  MixError: 'The shares and rows that the recipe asks for cannot be met with what there is.',
  DiskFullError: 'The disk of the store or of `out` is full, or a quota is used up.',
  ArtifactMissingError: 'Something that a finished stage had put into the store is not there any more.',
  ArtifactCorruptError: 'Something in the store is not what its manifest says.',
  OutInUseError: 'Another run that is under way writes to the same folder.',
  TinkerKeyMissingError: 'The worker has no key for the hosted Tinker service.',
  TinkerAuthError: 'Tinker refuses the key of the worker.',
  TinkerBillingError: 'The Tinker account may not train until its billing is settled.',
  TinkerRequestError: 'Tinker refused a request as wrong, and would do so again.',
  BaseModelError: 'The server does not train that base model, or no renderer is known for it.',
  TokenizerError: 'The tokenizer of the base model could not be found or read.',
  TinkerUnavailableError: 'The Tinker server does not answer.',
  TinkerClientDeadError:
    'A Tinker run ended under a segment: a lapsed session, a crash of the server, a lost request.',
  CheckpointLostError:
    'The server no longer has a checkpoint that the training was to go on from; its TTL has passed.',
  NothingToTrainError: 'After truncation no row has a token that is trained on.',
  UsageError: 'The command does not fit the state of things; the message says why.',
  TemporalUnavailableError: 'No Temporal server answers at the address.',
  NoWorkerError: 'No worker polls the task queue of this store, so nothing would be done.',
  RunNotFoundError: 'Temporal knows no run of that name.',
  RecipeChangedError:
    'A run of that name is under way with another recipe; the message shows the difference.',
  WorkerLostError: 'The worker that did the work was shut down, was killed, or does not answer.',
  TimeLimitError: 'An activity took longer than its time limit.',
  ChildCancelledError:
    'The workflow of a source or of the training was cancelled or terminated in the Temporal UI.',
  InternalError: 'Something happened that Headrace has no name for.',
};

/** docs/troubleshooting.md, made from the error table. */
export function troubleshootingPage(): string {
  const sections = (Object.keys(errorTable) as ErrorType[]).map((type) => {
    const { retry, remedy } = errorTable[type];
    const then = retry
      ? 'It is tried again by itself.'
      : 'It is not tried again by itself: within a run, the source or stage parks and waits for you.';
    return `## ${type}\n\n${meanings[type]} ${then}\n\n${remedy}\n`;
  });
  return `# Troubleshooting

An error says what went wrong, where and why; this page goes by its name. In a run that waits, do what the remedy says, then
\`npx headrace retry-source RUN SOURCE\` or \`npx headrace retry-stage RUN STAGE\`; \`npx headrace status RUN\` shows which.

<!-- Made from core/errors.ts by \`npm run docs\`; a test holds it to that. -->

${sections.join('\n')}`;
}
