import { defined } from '../../../core/defined.js';
import { HeadraceError } from '../../../core/errors.js';
import { formatBytes } from '../../../core/format.js';
import type { ByteRange } from '../../../core/hub/ranges.js';
import type { HubConfig } from './hub-config.js';
import { failureOf, HubRefusal, withoutQuery } from './hub-refusal.js';
import { readUpTo } from './read-body.js';
import { networkReason, TransientError, withRetries } from './retry.js';
import type { HubTuning } from './tuning.js';

/** Options of {@link HubClient.send}. */
export interface SendOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Returns a redirect to another origin instead of following it. @default false */
  readonly staysAtHub?: boolean;
}

/** An answer and its URL; with `staysAtHub`, possibly a redirect and its target. */
export interface HubAnswer {
  readonly response: Response;
  readonly url: URL;
}

const maxRedirects = 5;
/** In decoded bytes. The largest listing page of the Hub is far smaller. */
const longestAnswerBytes = 64_000_000;
const plainHeaders = { 'user-agent': 'headrace', 'accept-encoding': 'identity' } as const;

/** The header fields of a request for a range of a file, without a token. */
export function rangeHeaders({ start, end }: ByteRange): Readonly<Record<string, string>> {
  return { ...plainHeaders, range: `bytes=${start}-${end - 1}` };
}

/** HTTP client of the Hub. The token is sent to the Hub's own origin only. */
export class HubClient {
  readonly origin: string;

  constructor(
    readonly config: HubConfig,
    readonly tuning: HubTuning,
  ) {
    this.origin = new URL(config.endpoint).origin;
  }

  /**
   * Sends one request and returns a successful answer. Redirects are followed here, so that the token is sent
   * to the Hub only.
   *
   * @throws {TransientError} for a transient failure, {@link HubRefusal} for any other; {@link HeadraceError}
   * ArtifactMissingError offline.
   */
  async send(url: string, options: SendOptions): Promise<HubAnswer> {
    let at = new URL(url);
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      const response = await this.#sendOnce(at, options);
      const location = response.headers.get('location');
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel();
        at = new URL(location, at);
        if (options.staysAtHub === true && at.origin !== this.origin) return { response, url: at };
        continue;
      }
      if (response.ok) return { response, url: at };
      throw await failureOf(response, at);
    }
    throw new TransientError(`${withoutQuery(new URL(url))} redirects more than ${maxRedirects} times`);
  }

  async #sendOnce(url: URL, { signal, headers, method, body }: SendOptions): Promise<Response> {
    if (this.config.offline)
      throw new HeadraceError(
        'ArtifactMissingError',
        `HF_HUB_OFFLINE is set, and ${withoutQuery(url)} is needed`,
        { remedy: 'Unset HF_HUB_OFFLINE on the worker, or use a store that has this file.' },
      );
    const token = url.origin === this.origin ? this.config.token : undefined;
    const authorization = token === undefined ? undefined : `Bearer ${token}`;
    try {
      return await fetch(url, {
        ...defined({ method, body, dispatcher: this.config.proxyFor(url) }),
        signal,
        redirect: 'manual',
        headers: { ...headers, ...plainHeaders, ...defined({ authorization }) },
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new TransientError(`Cannot reach ${url.origin}: ${networkReason(error)}`, undefined, {
        cause: error,
      });
    }
  }

  /**
   * Fetches a whole small answer, with retries.
   *
   * @throws {HeadraceError} HubAnswerError where it is longer than any answer of a Hub, HubUnavailableError;
   *   {@link HubRefusal}.
   */
  fetchWhole(url: string, signal: AbortSignal, options: Omit<SendOptions, 'signal'> = {}): Promise<Response> {
    return this.withRetries(url, signal, async (limited) => {
      const { response } = await this.send(url, { ...options, signal: limited });
      const { status, headers } = response;
      const { bytes, isWhole } = await readUpTo(response, longestAnswerBytes);
      if (!isWhole)
        throw new HeadraceError(
          'HubAnswerError',
          `${withoutQuery(new URL(url))} answers with more than ${formatBytes(longestAnswerBytes)}`,
        );
      return new Response(bytes, { status, headers });
    });
  }

  /**
   * Runs a short exchange with the Hub under a time limit, and repeats it where it breaks or takes too long.
   *
   * @param exchange - gets a signal that ends it at its time limit.
   * @throws {HeadraceError} HubUnavailableError after too many tries; what `exchange` throws.
   */
  withRetries<T>(
    url: string,
    signal: AbortSignal,
    exchange: (limited: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const attempt = async (): Promise<T> => {
      const limit = AbortSignal.timeout(this.tuning.stallMs * 2);
      try {
        return await exchange(AbortSignal.any([signal, limit]));
      } catch (error) {
        signal.throwIfAborted();
        const isKnown = [TransientError, HubRefusal, HeadraceError].some((type) => error instanceof type);
        if (isKnown) throw error;
        const what = limit.aborted ? 'no whole answer in time' : networkReason(error);
        throw new TransientError(`${withoutQuery(new URL(url))}: ${what}`, undefined, { cause: error });
      }
    };
    return withRetries(attempt, this.tuning, signal);
  }
}
