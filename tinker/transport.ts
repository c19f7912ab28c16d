import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { Auth } from './auth.js';
import type { Clock } from './clock.js';
import { describeFailure, TinkerError, type TinkerErrorKind } from './errors.js';
import { bodyParts, largestAnswerBytes, largestErrorBytes, readBody } from './read-body.js';
import {
  retryAfterMs,
  verdictOn,
  type CallClass,
  type Outcome,
  type RetryLimits,
  type RetryState,
} from './retry-table.js';

export interface TransportOptions {
  /** Without `/api/v1`. */
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly limits: RetryLimits;
  readonly userAgent: string;
  /** Sent with every request: for instance Cloudflare Access. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

/** A download without a byte for so long is cut. */
const stallMs = 60_000;

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
  /** An answer that leads elsewhere is the answer: its `location` is wanted. It is never followed with the credential. */
  readonly wantsRedirect?: boolean;
  /** The call is about a session, or what lives in one: a 404 means that the server has lost it, as a restart does. */
  readonly inSession?: boolean;
  /** Time for one try, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
  /** Told what this call waits for: every try that failed and is made again after a pause, and why. */
  readonly onRetry?: ((message: string) => void) | undefined;
  /** Headers of the n-th try, from 0. */
  readonly headersOfTry?: (tries: number) => Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  /** Duration of the try that succeeded, in milliseconds. */
  readonly tookMs: number;
  json(): unknown;
}

/** Sends one call to the Tinker API and repeats it as the retry table says. */
export class Transport {
  constructor(
    private readonly options: TransportOptions,
    private readonly auth: Auth,
  ) {}

  get baseUrl(): string {
    return this.options.baseUrl;
  }
  get clock(): Clock {
    return this.options.clock;
  }
  get limits(): RetryLimits {
    return this.options.limits;
  }

  /** The same server with other credentials or limits. */
  with(changed: { readonly auth?: Auth; readonly limits?: Partial<RetryLimits> }): Transport {
    const limits = { ...this.limits, ...changed.limits };
    return new Transport({ ...this.options, limits }, changed.auth ?? this.auth);
  }

  /** @throws {TinkerError}; the signal's reason, where it was aborted. */
  async send(call: Call): Promise<Answer> {
    const { clock, limits } = this.options;
    const idempotencyKey = call.method === 'GET' ? undefined : randomUUID();
    const startedMs = clock.now();
    let state: RetryState = { failures: 0, elapsedMs: 0, silentMs: 0, badRequests: 0, pausedMs: 0 };
    let silentSinceMs: number | undefined;
    let replaced = false;
    for (let tries = 0; ; tries++) {
      call.signal?.throwIfAborted();
      const token = await this.auth.token();
      const result = await this.tryOnce(call, token, tries, idempotencyKey);
      if ('answer' in result) return result.answer;

      if (result.invalidToken && !replaced && this.auth.reject(token)) {
        replaced = true;
        continue;
      }
      const now = clock.now();
      silentSinceMs = result.outcome.is === 'no-answer' ? (silentSinceMs ?? now) : undefined;
      state = {
        ...state,
        elapsedMs: now - startedMs,
        silentMs: silentSinceMs === undefined ? 0 : now - silentSinceMs,
      };
      const verdict = verdictOn(call.class, result.outcome, state, limits, clock.random());
      if (verdict.do === 'fail') throw result.error;
      if (verdict.delayMs > 0) {
        call.onRetry?.(
          verdict.do === 'pause'
            ? `paused for billing, ${minutesLeft(limits.billingPauseMs - state.pausedMs)}: ${result.error.message}`
            : result.error.message,
        );
        await clock.sleep(verdict.delayMs, call.signal);
      }
      const badRequest = result.outcome.is === 'status' && result.outcome.status === 400;
      state = {
        ...state,
        // A pause for billing and a 408 of a long poll are no failures: they must not lengthen the next back-off.
        failures: state.failures + (verdict.do === 'retry' && verdict.delayMs > 0 ? 1 : 0),
        badRequests: state.badRequests + (badRequest ? 1 : 0),
        pausedMs: state.pausedMs + (verdict.do === 'pause' ? verdict.delayMs : 0),
      };
    }
  }

  /**
   * Fetches a URL that carries its own permission, without ours, into a file. Tried three times where nothing answers or nothing
   * more comes for a minute. The file holds something only where the status is 200.
   *
   * @throws {TinkerError} unavailable; protocol, where there is more than `limitBytes`.
   */
  async fetchFile(
    url: string,
    file: string,
    { limitBytes, signal }: { readonly limitBytes: number; readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly status: number; readonly bytes: number }> {
    for (let tries = 0; ; tries++) {
      signal?.throwIfAborted();
      const stalled = new AbortController();
      const timer = setTimeout(() => stalled.abort(new Error('nothing came for a minute')), stallMs);
      const handle = await open(file, 'w');
      try {
        const response = await this.options.fetch(url, {
          signal: signal === undefined ? stalled.signal : AbortSignal.any([signal, stalled.signal]),
        });
        const { status } = response;
        if (status !== 200) {
          await response.body?.cancel();
          return { status, bytes: 0 };
        }
        let bytes = 0;
        for await (const part of bodyParts(response, { url, limitBytes })) {
          timer.refresh();
          await handle.writeFile(part);
          bytes += part.byteLength;
        }
        return { status, bytes };
      } catch (error) {
        signal?.throwIfAborted();
        // A full disk is no fault of the server, and trying again is no help.
        if (error instanceof TinkerError || isFileError(error)) throw error;
        if (tries === 2)
          throw new TinkerError('unavailable', `${new URL(url).host}: ${describeFailure(error)}`, {
            cause: error,
          });
        await this.clock.sleep(1_000 * 2 ** tries, signal);
      } finally {
        clearTimeout(timer);
        await handle.close();
      }
    }
  }

  private async tryOnce(
    call: Call,
    token: string,
    tries: number,
    idempotencyKey: string | undefined,
  ): Promise<{ answer: Answer } | { outcome: Outcome; error: TinkerError; invalidToken: boolean }> {
    const { baseUrl, clock } = this.options;
    const url = `${baseUrl}/api/v1/${call.path}`;
    const startedMs = clock.now();
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await this.options.fetch(url, this.requestOf(call, token, tries, idempotencyKey));
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
    const { status, headers } = response;
    if (response.ok || (call.wantsRedirect === true && status === 302)) {
      const tookMs = clock.now() - startedMs;
      return { answer: { status, headers, bytes, tookMs, json: () => parseJson(bytes, url) } };
    }
    const shouldRetry = headers.get('x-should-retry');
    const askedMs = retryAfterMs(headers, clock.now());
    const outcome: Outcome = {
      is: 'status',
      status,
      emptyBody: bytes.length === 0,
      ...(shouldRetry === null ? {} : { shouldRetry: shouldRetry === 'true' }),
      ...(askedMs === undefined ? {} : { retryAfterMs: askedMs }),
    };
    const invalidToken =
      status === 401 && (headers.get('www-authenticate') ?? '').includes('error="invalid_token"');
    return { outcome, invalidToken, error: this.statusError(call, url, status, bytes) };
  }

  private requestOf(
    call: Call,
    token: string,
    tries: number,
    idempotencyKey: string | undefined,
  ): RequestInit {
    const isProto = call.body instanceof Uint8Array;
    const headers: Record<string, string> = {
      accept: call.accept ?? 'application/json',
      'user-agent': this.options.userAgent,
      'x-api-key': token,
      ...this.options.headers,
      ...call.headers,
      ...call.headersOfTry?.(tries),
    };
    if (call.body !== undefined)
      headers['content-type'] = isProto ? 'application/x-protobuf' : 'application/json';
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

  private statusError(call: Call, url: string, status: number, bytes: Uint8Array): TinkerError {
    const detail = this.redact(detailOf(bytes));
    const message = `${call.method} ${url} → ${status}${detail === '' ? '' : `: ${detail}`}`;
    const kind = kindOf(status);
    const isLost = kind === 'not-found' && call.inSession === true;
    return new TinkerError(isLost ? 'expired' : kind, message, { status, url, detail });
  }

  /** Takes every credential out of a text that came from outside. */
  private redact(text: string): string {
    const secrets = [...this.auth.secrets(), ...Object.values(this.options.headers)];
    return secrets.reduce((left, secret) => left.replaceAll(secret, '[credential]'), text);
  }
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'write';
}

function minutesLeft(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return `given up in ${minutes} minute${minutes === 1 ? '' : 's'}`;
}

function kindOf(status: number): TinkerErrorKind {
  if (status === 401 || status === 403) return 'auth';
  if (status === 402) return 'billing';
  if (status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  if (status === 410) return 'expired';
  if (status === 408 || status === 429 || status >= 500) return 'unavailable';
  return 'request';
}

const longestDetail = 600;
const ErrorBody = z.object({ detail: z.unknown().optional(), error: z.unknown().optional() });

function detailOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, 20_000)).trim();
  let shown = text;
  try {
    const body = ErrorBody.safeParse(JSON.parse(text));
    const detail = body.success ? (body.data.detail ?? body.data.error) : undefined;
    if (detail !== undefined) shown = typeof detail === 'string' ? detail : JSON.stringify(detail);
  } catch {
    // Not JSON: a proxy's page, shown as it is.
  }
  return shown.length > longestDetail ? `${shown.slice(0, longestDetail)}…` : shown;
}

function parseJson(bytes: Uint8Array, url: string): unknown {
  if (bytes.length === 0) return null;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new TinkerError('protocol', `${url} answered something that is not JSON`, { url, cause: error });
  }
}

/** Parses an answer's JSON. @throws {TinkerError} protocol. */
export function parseAnswer<T>(schema: z.ZodType<T>, answer: Answer, what: string): T {
  const parsed = schema.safeParse(answer.json());
  if (parsed.success) return parsed.data;
  throw new TinkerError(
    'protocol',
    `The answer to ${what} is not as expected: ${z.prettifyError(parsed.error)}`,
  );
}
