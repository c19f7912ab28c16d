import { parentPort } from 'node:worker_threads';
import { defined } from '../../../core/defined.js';
import { messageOf } from '../../../core/errors.js';
import { writeAll } from '../../../files/file-writer.js';
import { ConnectionPool } from '../../http/connection-pool.js';
import type { DirectConnection, DirectResponse } from '../../http/direct-connection.js';

/** A message to the thread. */
export type TransferMessage =
  /** Writes the bytes `[start, end)` of a file of `sizeBytes` bytes to their place. */
  | {
      readonly kind: 'get';
      readonly id: number;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly descriptor: number;
      /** Offset of the first byte of the file behind `descriptor`. */
      readonly base: number;
      readonly start: number;
      /** exclusive */
      readonly end: number;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'pause' | 'resume' | 'stop'; readonly id: number };

/** A message from the thread. For each transfer: any number of `wrote`, then one of the others. */
export type TransferReply =
  /** Bytes written since the last reply. */
  | { readonly kind: 'wrote'; readonly id: number; readonly bytes: number }
  | { readonly kind: 'whole'; readonly id: number }
  /** The response is not the range. Nothing was written. */
  | {
      readonly kind: 'other';
      readonly id: number;
      readonly status: number;
      readonly headers: [string, string][];
    }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly message: string;
      /** Of the system error, where a write failed. */
      readonly code?: string;
    };

type GetMessage = Extract<TransferMessage, { kind: 'get' }>;

/** Written bytes are reported when there are this many. */
const reportBytes = 2 << 20;
/** They are also reported at this interval. */
const reportMs = 100;

const pool = new ConnectionPool();
const transfers = new Map<number, Transfer>();

/** A write to the disk that failed, as opposed to a connection that broke. */
class WriteError extends Error {
  readonly code: string;

  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EIO';
  }
}

/** Writes one range from a connection to a file. */
class Transfer {
  readonly #message: GetMessage;
  readonly #url: URL;
  #connection: DirectConnection | undefined;
  #isStopped = false;
  /** Position of the next byte in the file. */
  #position: number;
  #reportedPosition: number;

  constructor(message: GetMessage) {
    this.#message = message;
    this.#url = new URL(message.url);
    this.#position = message.start;
    this.#reportedPosition = message.start;
  }

  /** Transfers the range and sends the last reply. */
  async run(): Promise<void> {
    const { id } = this.#message;
    const timer = setInterval(() => this.#report(), reportMs);
    try {
      const { isRead, status, headers } = await this.#request();
      this.#report();
      reply(isRead ? { kind: 'whole', id } : { kind: 'other', id, status, headers: [...headers] });
    } catch (error) {
      this.#report();
      const code = error instanceof WriteError ? error.code : undefined;
      reply(defined({ kind: 'failed' as const, id, message: messageOf(error), code }));
    } finally {
      clearInterval(timer);
    }
  }

  pause(): void {
    this.#connection?.pause();
  }

  resume(): void {
    this.#connection?.resume();
  }

  stop(): void {
    this.#isStopped = true;
    this.#connection?.destroy(new Error('The transfer was stopped'));
  }

  async #request(): Promise<DirectResponse> {
    const { headers, start } = this.#message;
    for (;;) {
      const { connection, isReused } = pool.take(this.#url);
      this.#connection = connection;
      try {
        const response = await connection.get({
          url: this.#url,
          headers,
          accepts: (status, fields, bodyBytes) => this.#isRange(status, fields, bodyBytes),
          onBytes: (bytes) => this.#write(bytes),
        });
        pool.give(connection);
        return response;
      } catch (error) {
        // The server may have closed the idle connection before the request. A new connection tries once
        // more.
        const mayBeIdle = isReused && this.#position === start && !(error instanceof WriteError);
        if (!mayBeIdle || this.#isStopped) throw error;
      }
    }
  }

  #isRange(status: number, headers: ReadonlyMap<string, string>, bodyBytes: number): boolean {
    const { start, end, sizeBytes } = this.#message;
    const range = `bytes ${start}-${end - 1}/${sizeBytes}`;
    return status === 206 && bodyBytes === end - start && headers.get('content-range') === range;
  }

  #write(bytes: Uint8Array): void {
    try {
      writeAll(this.#message.descriptor, bytes, this.#position - this.#message.base);
    } catch (error) {
      throw new WriteError(error);
    }
    this.#position += bytes.length;
    if (this.#position - this.#reportedPosition >= reportBytes) this.#report();
  }

  #report(): void {
    const bytes = this.#position - this.#reportedPosition;
    if (bytes > 0) reply({ kind: 'wrote', id: this.#message.id, bytes });
    this.#reportedPosition = this.#position;
  }
}

function reply(message: TransferReply): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message: TransferMessage) => {
  if (message.kind !== 'get') {
    transfers.get(message.id)?.[message.kind]();
    return;
  }
  const transfer = new Transfer(message);
  transfers.set(message.id, transfer);
  void transfer.run().finally(() => transfers.delete(message.id));
});
