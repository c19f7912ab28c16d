import { HeadraceError } from '../../../core/errors.js';
import { formatBytes } from '../../../core/format.js';
import type { ByteRange } from '../../../core/hub/ranges.js';
import type { HubConfig } from './hub-config.js';
import { networkReason, retryAfterOf, TransientError, withRetries } from './retry.js';
import type { HubTuning } from './tuning.js';

/** The Hub's refusal of a request, with what `@huggingface/hub` would have dropped: the `X-Error-Code`. */
export class HubRefusal extends Error {
  override readonly name = 'HubRefusal';

  constructor(
    readonly status: number,
    /** RepoNotFound, RevisionNotFound, EntryNotFound, GatedRepo, … */
    readonly code: string | undefined,
    /** The Hub's own words. */
    readonly said: string,
    readonly url: string,
  ) {
    super(`${status} ${said} (${url})`);
  }
}

export interface SendOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Return a redirect to another origin instead of following it. @default false */
  readonly stayHere?: boolean;
}

const maxRedirects = 5;
/** The largest listing page of the Hub is far below it; whatever is encoded counts as it unfolds. */
const longestAnswerBytes = 64_000_000;
/** Of a refusal no more is read. */
const longestRefusalBytes = 64_000;
/** Pages of one listing: ten million files. */
const mostPages = 10_000;
const plainHeaders = { 'user-agent': 'headrace', 'accept-encoding': 'identity' } as const;
const statusesThatPass = new Set([408, 425, 429]);

/** Talks HTTP to the Hub: the token goes to the Hub's own origin and nowhere else. */
export class HubClient {
  readonly origin: string;

  constructor(
    readonly config: HubConfig,
    readonly tuning: HubTuning,
  ) {
    this.origin = new URL(config.endpoint).origin;
  }

  /**
   * One request, redirects followed by hand. Returns the answer of success and where it came from; with `stayHere`,
   * perhaps a redirect and where it leads.
   *
   * @throws {TransientError} for what time may mend, {@link HubRefusal} for what it may not.
   */
  async send(url: string, options: SendOptions): Promise<{ readonly response: Response; readonly url: URL }> {
    let at = new URL(url);
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      const response = await this.sendOnce(at, options);
      const location = response.headers.get('location');
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel();
        at = new URL(location, at);
        if (options.stayHere === true && at.origin !== this.origin) return { response, url: at };
        continue;
      }
      if (response.ok) return { response, url: at };
      throw await failureOf(response, at);
    }
    throw new TransientError(`${withoutQuery(new URL(url))} redirects more than ${maxRedirects} times`);
  }

  private async sendOnce(url: URL, { signal, headers, method, body }: SendOptions): Promise<Response> {
    if (this.config.offline)
      throw new HeadraceError(
        'ArtifactMissingError',
        `HF_HUB_OFFLINE is set, and ${withoutQuery(url)} is needed`,
        {
          remedy: 'Unset HF_HUB_OFFLINE on the worker, or bring the store that has this.',
        },
      );
    const proxy = this.config.proxyFor(url);
    const token = url.origin === this.origin ? this.config.token : undefined;
    try {
      return await fetch(url, {
        ...(method === undefined ? {} : { method }),
        ...(body === undefined ? {} : { body }),
        signal,
        redirect: 'manual',
        ...(proxy === undefined ? {} : { dispatcher: proxy }),
        headers: {
          ...headers,
          ...plainHeaders,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new TransientError(`Cannot reach ${url.origin}: ${networkReason(error)}`, undefined, {
        cause: error,
      });
    }
  }

  /** Headers of a request for bytes of another origin: no token. */
  headersFor({ start, end }: ByteRange): Readonly<Record<string, string>> {
    return { ...plainHeaders, range: `bytes=${start}-${end - 1}` };
  }

  /**
   * `fetch` for one call of `@huggingface/hub`: whole small answers, tried again where time may help. Pages that lead to
   * each other, or have no end, are a HubAnswerError.
   */
  fetchFor(signal: AbortSignal): typeof fetch {
    const seen = new Set<string>();
    return async (input, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers));
      // The library would add a token itself and check its form; ours is added by origin.
      delete headers['authorization'];
      const url = input instanceof Request ? input.url : String(input);
      const endless = seen.has(url) ? 'leads back to a page that was read' : 'has no end';
      if (seen.has(url) || seen.size === mostPages)
        throw new HeadraceError(
          'HubAnswerError',
          `The listing ${withoutQuery(new URL(url))} ${endless} (${seen.size} pages)`,
        );
      seen.add(url);
      const options = {
        headers,
        ...(init?.method === undefined ? {} : { method: init.method }),
        ...(typeof init?.body === 'string' ? { body: init.body } : {}),
      };
      return this.whole(url, signal, options);
    };
  }

  /**
   * An answer read to its end within the stall limit, tried again where time may help.
   *
   * @throws {HeadraceError} HubAnswerError where it is longer than any answer of a Hub.
   */
  whole(url: string, signal: AbortSignal, options: Omit<SendOptions, 'signal'> = {}): Promise<Response> {
    return this.patiently(url, signal, async (signal) => {
      const { response } = await this.send(url, { ...options, signal });
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

  /** Does a small piece of talk with the Hub, tried again where it breaks or takes too long. */
  patiently<T>(url: string, signal: AbortSignal, talk: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withRetries(
      async () => {
        const limit = AbortSignal.timeout(this.tuning.stallMs * 2);
        try {
          return await talk(AbortSignal.any([signal, limit]));
        } catch (error) {
          signal.throwIfAborted();
          const isKnown = [TransientError, HubRefusal, HeadraceError].some((type) => error instanceof type);
          if (isKnown) throw error;
          const what = limit.aborted ? 'no whole answer in time' : networkReason(error);
          throw new TransientError(`${withoutQuery(new URL(url))}: ${what}`, undefined, { cause: error });
        }
      },
      this.tuning,
      signal,
    );
  }
}

/** The body as it unfolds, and no more of it than `limitBytes`: a server may send without end. */
async function readUpTo(
  response: Response,
  limitBytes: number,
): Promise<{ readonly bytes: Buffer<ArrayBuffer>; readonly isWhole: boolean }> {
  const blocks: Uint8Array[] = [];
  let bytes = 0;
  let isWhole = true;
  // Leaving the loop cancels the body.
  for await (const block of response.body ?? []) {
    isWhole = bytes + block.length <= limitBytes;
    blocks.push(block.subarray(0, limitBytes - bytes));
    bytes += block.length;
    if (!isWhole) break;
  }
  return { bytes: Buffer.concat(blocks), isWhole };
}

async function failureOf(response: Response, url: URL): Promise<Error> {
  const { status, headers } = response;
  const shown = withoutQuery(url);
  const body = await readUpTo(response, longestRefusalBytes).then(
    ({ bytes }) => bytes.toString('utf8'),
    () => '',
  );
  if (statusesThatPass.has(status) || status >= 500)
    return new TransientError(`${shown} answers ${status}`, retryAfterOf(headers, Date.now()));
  const said = (headers.get('x-error-message') ?? errorInJson(body) ?? body).slice(0, 300);
  return new HubRefusal(status, headers.get('x-error-code') ?? undefined, said, shown);
}

function errorInJson(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) return String(parsed.error);
  } catch {
    // Not JSON: the text itself is shown.
  }
  return undefined;
}

/** For messages: a signed URL's query is a secret of sorts, and long. */
export function withoutQuery(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
