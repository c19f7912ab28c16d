/**
 * Why a Tinker call failed.
 *
 * - `unavailable`: no answer, or a transient one (408, 409 on a submit, 429, 5xx), after every retry
 * - `key-missing`: no credential
 * - `auth`: a credential that the server refuses (401, 403)
 * - `billing`: 402 for longer than the allowed pause
 * - `not-found`, `conflict`, `request`: 404, 409, other 4xx
 * - `failed`: the server accepted the request and could not carry it out
 * - `expired`: the server no longer has the request (410), or the session that it belongs to (404, 410)
 * - `dead`: an earlier failure left this training client unusable
 * - `ended`: the session is over
 * - `invalid`: refused by this client, before anything was sent
 * - `protocol`: an answer that does not follow the protocol
 */
export type TinkerErrorKind =
  | 'unavailable'
  | 'key-missing'
  | 'auth'
  | 'billing'
  | 'not-found'
  | 'conflict'
  | 'request'
  | 'failed'
  | 'expired'
  | 'dead'
  | 'ended'
  | 'invalid'
  | 'protocol';

export interface TinkerErrorOptions {
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** Address that was called. Never holds a credential. */
  readonly url?: string | undefined;
  /** The server's text, credentials removed. */
  readonly detail?: string | undefined;
  readonly cause?: unknown;
}

export class TinkerError extends Error {
  override readonly name = 'TinkerError';
  readonly kind: TinkerErrorKind;
  readonly status: number | undefined;
  readonly url: string | undefined;
  readonly detail: string | undefined;

  constructor(kind: TinkerErrorKind, message: string, options: TinkerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.status = options.status;
    this.url = options.url;
    this.detail = options.detail;
  }

  /** An error of another kind about the same answer, with this one as its cause. */
  as(kind: TinkerErrorKind, message: string): TinkerError {
    const { status, url, detail } = this;
    return new TinkerError(kind, message, { status, url, detail, cause: this });
  }
}

/** The message of a thrown value, with the reason that `fetch` puts into `cause`. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== ''
    ? `${error.message} (${cause.message})`
    : error.message;
}
