import type { ByteRange } from '../../../core/hub/ranges.js';
import { RequestThread } from '../../threads/request-thread.js';
import { TransientError } from '../http/retry.js';
import type { TransferMessage, TransferReply } from './transfer-thread.js';

/** A range to transfer. */
export interface TransferRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly range: ByteRange;
  readonly sizeBytes: number;
  /** Of the file to write to, each byte at its position from `base` on. Open until the transfer ends. */
  readonly descriptor: number;
  /** Offset in the server's file of the first byte of the file to write to. */
  readonly base: number;
}

/** Result of a transfer. */
export type TransferOutcome =
  /** The range is in the file. */
  | { readonly kind: 'whole' }
  /** The server sent another response than the range, and nothing was written. */
  | { readonly kind: 'other'; readonly status: number; readonly headers: Headers };

/**
 * Transfers ranges from a server to a file, in a thread of its own: each write blocks its thread, and on the
 * main thread it would delay everything else.
 */
export class Transfers {
  readonly #thread = new RequestThread<TransferMessage, TransferReply>(
    new URL('./transfer-thread.js', import.meta.url),
    ({ kind }) => kind !== 'wrote',
  );

  /**
   * Transfers one range.
   *
   * @param onWrote - called with the number of bytes that were written since the last call. While the promise
   *   that it returns is pending, the socket is not read.
   * @throws {TransientError} where the connection breaks; the signal's reason; the error of a write, with its
   *   `code`.
   */
  get(
    request: TransferRequest,
    signal: AbortSignal,
    onWrote: (bytes: number) => Promise<void> | undefined,
  ): Promise<TransferOutcome> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.#thread.send({ kind: 'stop', id });
      const id = this.#thread.open({
        onReply: (reply) => {
          if (reply.kind === 'wrote') {
            this.#pauseUntil(id, onWrote(reply.bytes));
            return;
          }
          signal.removeEventListener('abort', onAbort);
          if (reply.kind === 'failed') reject(failureOf(reply, request.url, signal));
          else resolve(reply.kind === 'whole' ? reply : { ...reply, headers: new Headers(reply.headers) });
        },
        onEnd: (error) => {
          signal.removeEventListener('abort', onAbort);
          reject(error);
        },
      });
      signal.addEventListener('abort', onAbort);
      const { url, range, ...rest } = request;
      this.#thread.send({ kind: 'get', id, url: url.href, ...range, ...rest });
    });
  }

  #pauseUntil(id: number, settled: Promise<void> | undefined): void {
    if (settled === undefined) return;
    this.#thread.send({ kind: 'pause', id });
    const resume = (): void => {
      if (this.#thread.isOpen(id)) this.#thread.send({ kind: 'resume', id });
    };
    settled.then(resume, resume);
  }
}

function failureOf(
  { message, code }: Extract<TransferReply, { kind: 'failed' }>,
  url: URL,
  signal: AbortSignal,
): unknown {
  if (code !== undefined) return Object.assign(new Error(message), { code });
  if (signal.aborted) return signal.reason;
  return new TransientError(`The connection broke: ${message} (${url.origin})`);
}
