import { errorTable, HeadraceError, messageOf, type ErrorType } from '../../core/errors.js';

/** Callbacks of a job in a thread. */
export interface JobContext {
  /** Reports how much is done, in the job's own unit. Cheap to call often. */
  readonly progress: (done: number) => void;
}

/** Jobs by name. Inputs and outputs are plain data: they are copied between threads. */
export type JobTable = Readonly<Record<string, (input: never, context: JobContext) => Promise<unknown>>>;

/** A message to a thread. */
export interface JobRequest {
  /** URL of the module that exports `jobs`. */
  readonly module: string;
  readonly job: string;
  readonly input: unknown;
}

/** A message from a thread. `done` or `failed` is the last one of a job. */
export type JobReply =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly failure: JobFailure };

/** An error as data: the copy of an error object between threads would lose its class. */
interface JobFailure {
  readonly message: string;
  readonly stack: string | undefined;
  readonly type: ErrorType | undefined;
  readonly remedy: string | undefined;
  /** Of a system error, for instance ENOSPC. */
  readonly code: string | undefined;
}

export function failureOf(error: unknown): JobFailure {
  const known = error instanceof HeadraceError ? error : undefined;
  return {
    message: messageOf(error),
    stack: error instanceof Error ? error.stack : undefined,
    type: known?.type,
    remedy: known?.remedy,
    code: error instanceof Error && 'code' in error ? String(error.code) : undefined,
  };
}

/** The error of a failure, with its type, remedy and code. */
export function errorOf({ message, type, remedy, stack, code }: JobFailure): Error {
  if (type !== undefined && type in errorTable)
    return new HeadraceError(type, message, remedy === undefined ? {} : { remedy });
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
