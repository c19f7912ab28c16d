import { defined } from '../../../core/defined.js';
import { HeadraceError } from '../../../core/errors.js';
import type { ByteRange } from '../../../core/hub/ranges.js';
import { rangeHeaders, type HubAnswer, type HubClient } from '../http/hub-client.js';
import { HubRefusal, withoutQuery } from '../http/hub-refusal.js';
import { isTransientStatus, retryAfterOf, TransientError } from '../http/retry.js';
import { gatherBody } from './gather-body.js';
import type { RangeTarget } from './fetch-range.js';
import type { Transfers } from './transfers.js';

/** A range whose bytes are arriving. */
export interface OpenRange {
  /** Offset in the file of the first byte of `body`: before `range.start` where the server ignores ranges. */
  readonly start: number;
  readonly body: ReturnType<typeof gatherBody>;
}

/**
 * One file of the Hub, readable by ranges. The Hub often answers with a redirect to a signed URL of another
 * origin. That URL is kept for the next ranges until it expires.
 */
export class RemoteFile {
  readonly #client: HubClient;
  readonly #url: string;
  readonly #sizeBytes: number;
  readonly #transfers: Transfers | undefined;
  #signedUrl: URL | undefined;
  /** Settles when the Hub has answered one connection with a URL. The others wait for it. */
  #asking: Promise<void> | undefined;
  /** False after an answer that a direct connection cannot read. */
  #isDirect: boolean;

  /**
   * @param url - of the file at the Hub.
   * @param transfers - without them all bytes are read by `fetch`.
   */
  constructor(client: HubClient, url: string, sizeBytes: number, transfers?: Transfers) {
    this.#client = client;
    this.#url = url;
    this.#sizeBytes = sizeBytes;
    this.#transfers = transfers;
    this.#isDirect = transfers !== undefined;
  }

  /**
   * Finds the signed URL, so that {@link transfer} can be used, without fetching any byte.
   *
   * @throws {TransientError}, {@link HubRefusal}.
   */
  async locate(range: ByteRange, signal: AbortSignal): Promise<void> {
    if (!this.#isDirect) return;
    if (this.#asking !== undefined) await this.#asking;
    if (this.#signedUrl !== undefined) return;
    const { response, url } = await this.#askHub(range, signal, true);
    await response.body?.cancel();
    // `open` reads from a Hub that sends the bytes itself.
    if (url.origin === this.#client.origin) this.#isDirect = false;
  }

  /**
   * Writes a range to its place in an open file, in another thread. Returns true where it is written, and
   * false where the range has to be read with {@link open}.
   *
   * @param file - its descriptor, and the offset in the Hub file of its first byte.
   * @param onWrote - as {@link Transfers.get} calls it.
   * @throws {TransientError}; the error of a write.
   */
  async transfer(
    range: ByteRange,
    { descriptor, start: base }: Pick<RangeTarget, 'descriptor' | 'start'>,
    signal: AbortSignal,
    onWrote: (bytes: number) => Promise<void> | undefined,
  ): Promise<boolean> {
    const transfers = this.#transfers;
    if (transfers === undefined || !this.#isDirect) return false;
    if (this.#signedUrl === undefined && this.#asking !== undefined) await this.#asking;
    const url = this.#signedUrl;
    if (url === undefined || this.#client.config.proxyFor(url) !== undefined) return false;
    const request = {
      url,
      headers: rangeHeaders(range),
      range,
      sizeBytes: this.#sizeBytes,
      descriptor,
      base,
    };
    const outcome = await transfers.get(request, signal, onWrote);
    if (outcome.kind === 'whole') return true;
    const { status, headers } = outcome;
    const shown = withoutQuery(url);
    if (isTransientStatus(status))
      throw new TransientError(`${shown} answers ${status}`, retryAfterOf(headers, Date.now()));
    if (status >= 400) throw this.#expired(url, shown, status);
    this.#isDirect = false;
    return false;
  }

  /**
   * Requests a range and reads it by `fetch`.
   *
   * @param onAlive - called whenever bytes arrive.
   * @throws {TransientError}; {@link HubRefusal} where the Hub itself refuses; {@link HeadraceError}
   *   HashMismatchError where the file has another size than the listing.
   */
  async open(
    range: ByteRange,
    signal: AbortSignal,
    onAlive: () => void = () => undefined,
  ): Promise<OpenRange> {
    if (this.#signedUrl === undefined && this.#asking !== undefined) await this.#asking;
    const known = this.#signedUrl;
    try {
      const { response, url } = await (known === undefined
        ? this.#askHub(range, signal, false)
        : this.#client.send(known.href, { headers: rangeHeaders(range), signal }));
      if (url.origin !== this.#client.origin) this.#signedUrl = url;
      const { body } = response;
      const start = await this.#startOf(response, range);
      if (body === null) throw new TransientError(`${this.#url} answers ${response.status} without a body`);
      return { start, body: gatherBody(body, range.end - range.start, onAlive) };
    } catch (error) {
      if (!(error instanceof HubRefusal) || error.url.startsWith(`${this.#client.origin}/`)) throw error;
      // The other origin refuses an expired URL. The Hub returns a new one.
      throw this.#expired(known, error.url, error.status, error);
    }
  }

  async #askHub(range: ByteRange, signal: AbortSignal, staysAtHub: boolean): Promise<HubAnswer> {
    let answered = (): void => undefined;
    this.#asking = new Promise((done) => (answered = done));
    try {
      const headers = rangeHeaders(range);
      const answer = await this.#client.send(this.#url, { headers, signal, staysAtHub });
      // Set before `answered` resumes the other connections.
      if (answer.url.origin !== this.#client.origin) this.#signedUrl = answer.url;
      return answer;
    } finally {
      answered();
    }
  }

  #expired(known: URL | undefined, shown: string, status: number, cause?: Error): TransientError {
    if (this.#signedUrl === known) this.#signedUrl = undefined;
    return new TransientError(
      `${shown} answers ${status}; its signed URL may have expired`,
      known === undefined ? undefined : 0,
      defined({ cause }),
    );
  }

  /** Offset of the body in the file. Cancels the body before it throws. */
  async #startOf({ status, headers, body }: Response, range: ByteRange): Promise<number> {
    const contentRange = headers.get('content-range');
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange ?? '') ?? [];
    // An encoded body has another length than the file.
    const length = headers.has('content-encoding') ? null : headers.get('content-length');
    const size = status === 206 ? total : (length ?? undefined);
    if (size !== undefined && Number(size) !== this.#sizeBytes) {
      await body?.cancel();
      throw new HeadraceError(
        'HashMismatchError',
        `${this.#url} has ${size} bytes, and ${this.#sizeBytes} in the Hub's listing`,
      );
    }
    const start = status === 206 ? Number(from ?? Number.NaN) : 0;
    if (status === 206 ? start === range.start && total !== undefined : status === 200) return start;
    await body?.cancel();
    throw new TransientError(
      `${this.#url} answers bytes ${range.start}-${range.end - 1} with status ${status}, content-range ${contentRange}`,
    );
  }
}
