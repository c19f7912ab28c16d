import { HeadraceError } from '../../../core/errors.js';
import type { ByteRange } from '../../../core/hub/ranges.js';
import { HubRefusal, withoutQuery, type HubClient } from '../http/hub-client.js';
import { networkReason, retryAfterOf, TransientError } from '../http/retry.js';
import type { Transfers } from './transfers.js';

/** Bytes that are on their way. */
export interface OpenRange {
  /** Offset in the file of the first byte of `body`: before `range.start` where the server ignores ranges. */
  readonly start: number;
  /** A block is good until the next one is asked for. What has come before an error is handed on first. */
  readonly body: AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * One file of the Hub, readable by ranges. The Hub's answer is often a redirect to a signed URL elsewhere, which is kept
 * for the next range until it expires.
 */
export class RemoteFile {
  private signedUrl: URL | undefined;
  /** Settles when a connection that asks the Hub has its answer: the others wait for its URL. */
  private asking: Promise<void> | undefined;
  /** False once an answer came that a direct connection does not understand. */
  private isDirect: boolean;

  constructor(
    private readonly client: HubClient,
    /** Where the Hub is asked. */
    private readonly url: string,
    private readonly sizeBytes: number,
    /** Without one, everything goes by `fetch`. */
    private readonly transfers?: Transfers,
  ) {
    this.isDirect = transfers !== undefined;
  }

  /**
   * Brings a range to its place in an open file without passing it through this thread. Returns false where `open` has to
   * be asked instead; true where the range is there.
   *
   * @param onWrote - as {@link Transfers.get} calls it.
   * @throws {TransientError}; {@link HeadraceError} HashMismatchError; the error of a write.
   */
  async transfer(
    range: ByteRange,
    descriptor: number,
    signal: AbortSignal,
    onWrote: (bytes: number) => Promise<void> | undefined,
  ): Promise<boolean> {
    const { transfers, sizeBytes } = this;
    if (transfers === undefined || !this.isDirect) return false;
    if (this.signedUrl === undefined && this.asking !== undefined) await this.asking;
    const url = this.signedUrl;
    if (url === undefined || this.client.config.proxyFor(url) !== undefined) return false;
    const headers = this.client.headersFor(range);
    const outcome = await transfers.get({ url, headers, range, sizeBytes, descriptor }, signal, onWrote);
    if (outcome.kind === 'whole') return true;
    const { status } = outcome;
    const shown = withoutQuery(url);
    if ([408, 425, 429].includes(status) || status >= 500)
      throw new TransientError(`${shown} answers ${status}`, retryAfterOf(outcome.headers, Date.now()));
    if (status >= 400) throw this.expired(url, shown, status);
    this.isDirect = false;
    return false;
  }

  /**
   * Asks for a range.
   *
   * @param onAlive - told whenever bytes come.
   * @throws {TransientError}, {@link HubRefusal} where the Hub itself refuses, {@link HeadraceError} HashMismatchError
   * where the file has another size than was announced.
   */
  async open(
    range: ByteRange,
    signal: AbortSignal,
    onAlive: () => void = () => undefined,
  ): Promise<OpenRange> {
    if (this.signedUrl === undefined && this.asking !== undefined) await this.asking;
    const known = this.signedUrl;
    let answered = (): void => undefined;
    if (known === undefined) this.asking = new Promise((done) => (answered = done));
    try {
      const { response, url } = await this.client.send(known?.href ?? this.url, {
        headers: { range: `bytes=${range.start}-${range.end - 1}` },
        signal,
      });
      if (url.origin !== this.client.origin) this.signedUrl = url;
      return await this.byFetch(response, range, onAlive);
    } catch (error) {
      if (!(error instanceof HubRefusal) || error.url.startsWith(`${this.client.origin}/`)) throw error;
      // A refusal by the other origin: the URL has expired, and the Hub gives a new one.
      throw this.expired(known, error.url, error.status, error);
    } finally {
      answered();
    }
  }

  /**
   * Finds out where the bytes are, so that {@link transfer} can be used, without fetching any.
   *
   * @throws {TransientError}, {@link HubRefusal}.
   */
  async locate(range: ByteRange, signal: AbortSignal): Promise<void> {
    if (this.transfers === undefined || !this.isDirect) return;
    if (this.asking !== undefined) await this.asking;
    if (this.signedUrl !== undefined) return;
    let answered = (): void => undefined;
    this.asking = new Promise((done) => (answered = done));
    try {
      const { response, url } = await this.client.send(this.url, {
        headers: { range: `bytes=${range.start}-${range.end - 1}` },
        signal,
        stayHere: true,
      });
      await response.body?.cancel();
      // A Hub that sends the bytes itself is read by `open`.
      if (url.origin === this.client.origin) this.isDirect = false;
      else this.signedUrl = url;
    } finally {
      answered();
    }
  }

  private expired(known: URL | undefined, shown: string, status: number, cause?: Error): TransientError {
    if (this.signedUrl === known) this.signedUrl = undefined;
    return new TransientError(
      `${shown} answers ${status}: the signed URL has expired?`,
      known === undefined ? undefined : 0,
      cause === undefined ? undefined : { cause },
    );
  }

  private async byFetch(response: Response, range: ByteRange, onAlive: () => void): Promise<OpenRange> {
    const { status, headers, body } = response;
    const start = await this.startOf(status, headers, range, async () => body?.cancel());
    if (body === null) throw new TransientError(`${this.url} answers ${status} without a body`);
    return { start, body: gathered(body, onAlive) };
  }

  /** Where the body begins. Calls `giveUp` before it throws. */
  private async startOf(
    status: number,
    headers: Headers,
    range: ByteRange,
    giveUp: () => Promise<unknown>,
  ): Promise<number> {
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
    // An encoded body has another length than the file.
    const length = headers.has('content-encoding') ? null : headers.get('content-length');
    const size = status === 206 ? total : (length ?? undefined);
    if (size !== undefined && Number(size) !== this.sizeBytes) {
      await giveUp();
      throw new HeadraceError(
        'HashMismatchError',
        `${this.url} has ${size} bytes, and the Hub's listing says ${this.sizeBytes}`,
      );
    }
    const start = status === 206 ? Number(from ?? Number.NaN) : 0;
    if (status === 206 ? start === range.start && total !== undefined : status === 200) return start;
    await giveUp();
    throw new TransientError(
      `${this.url} answers bytes ${range.start}-${range.end - 1} with status ${status}, content-range ${headers.get('content-range')}`,
    );
  }
}

const gatherBytes = 1 << 20;
const longestGatherMs = 500;

/** The body in blocks of about a megabyte, or what came in half a second. */
async function* gathered(
  body: ReadableStream<Uint8Array>,
  onAlive: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const block = Buffer.allocUnsafe(gatherBytes);
  let filled = 0;
  let since = 0;
  let failure: { readonly error: unknown } | undefined;
  const source = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await source.next().catch((error: unknown) => {
        failure = { error };
        return { done: true, value: undefined } as const;
      });
      if (done === true || value === undefined) break;
      onAlive();
      for (let at = 0; at < value.length;) {
        if (filled === 0) since = Date.now();
        const taken = Math.min(value.length - at, block.length - filled);
        block.set(value.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled < block.length && Date.now() - since < longestGatherMs) continue;
        yield block.subarray(0, filled);
        filled = 0;
      }
    }
    if (filled > 0) yield block.subarray(0, filled);
  } finally {
    await source.return?.(undefined).catch(() => undefined);
  }
  if (failure !== undefined)
    throw new TransientError(`The connection broke: ${networkReason(failure.error)}`, undefined, {
      cause: failure.error,
    });
}
