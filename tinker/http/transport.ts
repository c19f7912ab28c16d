import { randomUUID } from 'node:crypto';
import type { Auth } from '../connect/auth.js';
import { describeFailure, TinkerError } from '../errors.js';
import { answerOf, type Answer } from './answer.js';
import type { Clock } from './clock.js';
import { largestAnswerBytes, largestErrorBytes, readBody } from './read-body.js';
import { Retries } from './retries.js';
import { retryAfterMs, type CallClass, type Outcome, type RetryLimits } from './retry-table.js';
import { detailOf, statusError } from './status-error.js';

export interface TransportOptions {
  /** Without `/api/v1`. */
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly limits: RetryLimits;
  readonly userAgent: string;
  /** Sent with every request, such as those of Cloudflare Access. Their values are credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

export interface Call {
  readonly class: CallClass;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v1/`. */
  readonly path: string;
  /** A JSON value, or bytes that are sent as protobuf. */
  readonly body?: unknown;
  readonly contentEncoding?: string;
  /** @default application/json */
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /**
   * A redirect (302) is the answer; the caller reads its `location`. It is never followed with the
   * credential.
   */
  readonly wantsRedirect?: boolean;
  /**
   * The call is about a session, or something inside one: a 404 means that the server has lost it, as after a
   * restart.
   */
  readonly inSession?: boolean;
  /** Time for one try, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
  /** Called before each pause between tries with the reason for it. */
  readonly onRetry?: ((message: string) => void) | undefined;
  /** Headers of the n-th try, from 0. */
  readonly headersOfTry?: (tries: number) => Readonly<Record<string, string>>;
}

/** One try of a call. */
interface Try {
  readonly call: Call;
  /** From 0. */
  readonly number: number;
  readonly token: string;
  /** The same for every try of a call; `undefined` for a GET. */
  readonly idempotencyKey: string | undefined;
}

type TryResult =
  | { readonly answer: Answer }
  | { readonly outcome: Outcome; readonly error: TinkerError; readonly invalidToken: boolean };

/** Sends calls to the Tinker API, with retries by the retry table. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #auth: Auth;

  constructor(options: TransportOptions, auth: Auth) {
    this.#options = options;
    this.#auth = auth;
  }

  get baseUrl(): string {
    return this.#options.baseUrl;
  }
  get clock(): Clock {
    return this.#options.clock;
  }
  get fetch(): typeof fetch {
    return this.#options.fetch;
  }

  /** The same server with other credentials or limits. */
  with(changed: { readonly auth?: Auth; readonly limits?: Partial<RetryLimits> }): Transport {
    const limits = { ...this.#options.limits, ...changed.limits };
    return new Transport({ ...this.#options, limits }, changed.auth ?? this.#auth);
  }

  /** @throws {TinkerError}; the signal's reason, where it was aborted. */
  async send(call: Call): Promise<Answer> {
    const { clock, limits } = this.#options;
    const idempotencyKey = call.method === 'GET' ? undefined : randomUUID();
    const retries = new Retries(call.class, limits, clock);
    let hasRenewedToken = false;
    for (let number = 0; ; number += 1) {
      call.signal?.throwIfAborted();
      const token = await this.#auth.token();
      const result = await this.#try({ call, number, token, idempotencyKey });
      if ('answer' in result) return result.answer;
      const { outcome, error, invalidToken } = result;
      if (invalidToken && !hasRenewedToken && this.#auth.reject(token)) {
        hasRenewedToken = true;
        continue;
      }
      const verdict = retries.verdictOn(outcome);
      if (verdict.do === 'fail') throw error;
      if (verdict.delayMs > 0) {
        const pause =
          verdict.do === 'pause' ? `paused for billing, ${minutesLeft(retries.pauseLeftMs)}: ` : '';
        call.onRetry?.(`${pause}${error.message}`);
        await clock.sleep(verdict.delayMs, call.signal);
      }
      retries.count(outcome, verdict);
    }
  }

  /** Replaces every credential in a text from outside. */
  redact(text: string): string {
    const secrets = [...this.#auth.secrets(), ...Object.values(this.#options.headers)];
    return secrets.reduce((left, secret) => left.replaceAll(secret, '[credential]'), text);
  }

  async #try(attempt: Try): Promise<TryResult> {
    const { call } = attempt;
    const { baseUrl, clock } = this.#options;
    const url = `${baseUrl}/api/v1/${call.path}`;
    const startedMs = clock.now();
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await this.#options.fetch(url, this.#requestOf(attempt));
      bytes = await readBody(
        response,
        response.ok
          ? { url, limitBytes: largestAnswerBytes }
          : { url, limitBytes: largestErrorBytes, more: 'cut' },
      );
    } catch (error) {
      call.signal?.throwIfAborted();
      if (error instanceof TinkerError) throw error;
      const message = `${call.method} ${url}: no answer: ${this.redact(describeFailure(error))}`;
      const failure = new TinkerError('unavailable', message, { url, cause: error });
      return { outcome: { is: 'no-answer' }, error: failure, invalidToken: false };
    }
    if (response.ok || (call.wantsRedirect === true && response.status === 302))
      return { answer: answerOf(response, url, bytes, clock.now() - startedMs) };
    return this.#refused(call, url, response, bytes);
  }

  #refused(call: Call, url: string, { status, headers }: Response, bytes: Uint8Array): TryResult {
    const shouldRetry = headers.get('x-should-retry');
    const askedMs = retryAfterMs(headers, this.clock.now());
    const inSession = call.inSession === true;
    return {
      outcome: {
        is: 'status',
        status,
        emptyBody: bytes.length === 0,
        ...(shouldRetry === null ? {} : { shouldRetry: shouldRetry === 'true' }),
        ...(askedMs === undefined ? {} : { retryAfterMs: askedMs }),
      },
      invalidToken:
        status === 401 && (headers.get('www-authenticate') ?? '').includes('error="invalid_token"'),
      error: statusError({
        method: call.method,
        url,
        status,
        inSession,
        detail: this.redact(detailOf(bytes)),
      }),
    };
  }

  #requestOf({ call, number, token, idempotencyKey }: Try): RequestInit {
    const headers: Record<string, string> = {
      accept: call.accept ?? 'application/json',
      'user-agent': this.#options.userAgent,
      'x-api-key': token,
      ...this.#options.headers,
      ...call.headers,
      ...call.headersOfTry?.(number),
    };
    const isProtobuf = call.body instanceof Uint8Array;
    if (call.body !== undefined)
      headers['content-type'] = isProtobuf ? 'application/x-protobuf' : 'application/json';
    if (call.contentEncoding !== undefined) headers['content-encoding'] = call.contentEncoding;
    if (idempotencyKey !== undefined) headers['x-idempotency-key'] = idempotencyKey;
    const timeout = AbortSignal.timeout(call.timeoutMs ?? 60_000);
    const request: RequestInit = {
      method: call.method,
      headers,
      signal: call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]),
      // A credential must not travel to another origin.
      redirect: 'manual',
    };
    if (call.body !== undefined)
      request.body = call.body instanceof Uint8Array ? new Uint8Array(call.body) : JSON.stringify(call.body);
    return request;
  }
}

function minutesLeft(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return `given up in ${minutes} minute${minutes === 1 ? '' : 's'}`;
}
