import type { ByteRange } from '../../../core/hub/ranges.js';
import { TransientError } from '../http/retry.js';
import { OrderThread } from './order-thread.js';
import type { TransferNews, TransferOrder } from './transfer-thread.js';

export interface TransferRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly range: ByteRange;
  readonly sizeBytes: number;
  /** Where the bytes go, each to its own position; open until the transfer has ended. */
  readonly descriptor: number;
}

export type TransferOutcome =
  | { readonly kind: 'whole' }
  /** The server answered otherwise, and nothing was written. */
  | { readonly kind: 'other'; readonly status: number; readonly headers: Headers };

/** Transfers of ranges from a server to a file, in a thread that reads sockets and writes the disk and does nothing else. */
export class Transfers {
  private readonly thread = new OrderThread<TransferOrder, TransferNews>(
    new URL('./transfer-thread.js', import.meta.url),
    ({ kind }) => kind !== 'wrote',
  );

  /**
   * Brings a range to its place in the file.
   *
   * @param onWrote - told of bytes that were written, in order; while what it returns is not settled, no more are read.
   * @throws {TransientError} where the connection breaks; the signal's reason; the error of the write, with its `code`.
   */
  get(
    request: TransferRequest,
    signal: AbortSignal,
    onWrote: (bytes: number) => Promise<void> | undefined,
  ): Promise<TransferOutcome> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const { url, headers, range, sizeBytes, descriptor } = request;
      const onAbort = (): void => this.thread.send({ kind: 'stop', id });
      const settle = (): void => signal.removeEventListener('abort', onAbort);
      const id = this.thread.open({
        onNews: (news) => {
          if (news.kind === 'wrote') {
            const behind = onWrote(news.bytes);
            if (behind !== undefined) this.hold(news.id, behind);
            return;
          }
          settle();
          if (news.kind === 'whole') resolve({ kind: 'whole' });
          else if (news.kind === 'other')
            resolve({
              kind: 'other',
              status: news.status,
              headers: new Headers(news.headers.map(([name, value]) => [name, value])),
            });
          else if (news.code !== undefined)
            reject(Object.assign(new Error(news.message), { code: news.code }));
          else if (signal.aborted) reject(signal.reason as Error);
          else reject(new TransientError(`The connection broke: ${news.message} (${url.origin})`));
        },
        onDeath: (error) => {
          settle();
          reject(error);
        },
      });
      signal.addEventListener('abort', onAbort);
      const { start, end } = range;
      this.thread.send({ kind: 'get', id, url: url.href, headers, descriptor, start, end, sizeBytes });
    });
  }

  private hold(id: number, until: Promise<void>): void {
    this.thread.send({ kind: 'pause', id });
    const goOn = (): void => {
      if (this.thread.isOpen(id)) this.thread.send({ kind: 'resume', id });
    };
    until.then(goOn, goOn);
  }
}
