import { createHash, type Hash } from 'node:crypto';
import { writeAll } from '../../../../files/file-writer.js';
import { ConnectionPool } from '../../../http/connection-pool.js';
import type { DirectConnection, DirectResponse } from '../../../http/direct-connection.js';
import { DiskError, mostAnswerBytes, type GetMessage, type GetResult } from './bulk-messages.js';

const pool = new ConnectionPool();

/**
 * Writes one object, or a range of it, from a connection to a file. Bytes that are written as they come are
 * in the processor's cache then: 1.5 GB take 1.8 s, and 3.3 s where 8 MiB at a time wait for their SHA-256.
 */
export class GetTransfer {
  readonly #message: GetMessage;
  #connection: DirectConnection | undefined;
  #position: number;
  /** Where a SHA-256 is wanted. */
  readonly #hash: Hash | undefined;
  /** Bytes that are written when they have the wanted SHA-256. */
  readonly #held: Buffer | undefined;
  #stopped: Error | undefined;
  /** The body of an answer that is not the wanted one. */
  #refusal: Buffer[] | undefined;

  constructor(message: GetMessage) {
    this.#message = message;
    this.#position = message.at;
    if (message.sha256 === undefined) return;
    this.#hash = createHash('sha256');
    if (message.isUnshared !== true) this.#held = Buffer.allocUnsafeSlow(message.bytes);
  }

  async run(): Promise<GetResult> {
    const { url: href, headers, way, at, stallMs } = this.#message;
    const url = new URL(href);
    const timer = setTimeout(() => this.#cut(new Error('The connection went silent')), stallMs);
    try {
      for (;;) {
        if (this.#stopped !== undefined) throw this.#stopped;
        const { connection, isReused } = pool.take(url, way);
        this.#connection = connection;
        try {
          const response = await connection.get({
            url,
            headers,
            accepts: (status, _fields, bodyBytes) => this.#accepts(status, bodyBytes),
            onBytes: (bytes) => {
              timer.refresh();
              this.#take(bytes);
            },
          });
          pool.give(connection);
          return this.#resultOf(response);
        } catch (error) {
          // The server may have closed the idle connection before the request.
          const mayBeIdle = isReused && this.#position === at && !(error instanceof DiskError);
          if (!mayBeIdle) throw error;
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #accepts(status: number, bodyBytes: number): boolean {
    const isWanted = (status === 206 || status === 200) && bodyBytes === this.#message.bytes;
    if (!isWanted) this.#refusal = [];
    return isWanted || (status >= 300 && bodyBytes <= mostAnswerBytes);
  }

  #resultOf({ isRead, status, headers }: DirectResponse): GetResult {
    if (isRead && this.#refusal === undefined) return { sha256: this.#finish() };
    const body = isRead ? Buffer.concat(this.#refusal ?? []).toString('utf8') : undefined;
    return { other: { status, headers: Object.fromEntries(headers), body } };
  }

  stop(): void {
    this.#cut(new Error('The transfer was stopped'));
  }

  #cut(reason: Error): void {
    this.#stopped = reason;
    this.#connection?.destroy(reason);
  }

  #take(bytes: Uint8Array): void {
    const { at } = this.#message;
    // The bytes are valid during the call.
    if (this.#refusal !== undefined) return void this.#refusal.push(Buffer.from(bytes));
    this.#hash?.update(bytes);
    if (this.#held === undefined) this.#write(bytes, this.#position);
    else this.#held.set(bytes, this.#position - at);
    this.#position += bytes.length;
  }

  #finish(): string | undefined {
    const { sha256, at } = this.#message;
    const digest = this.#hash?.digest('hex');
    if (this.#held !== undefined && digest === sha256) this.#write(this.#held, at);
    return digest;
  }

  #write(bytes: Uint8Array, position: number): void {
    try {
      writeAll(this.#message.descriptor, bytes, position);
    } catch (error) {
      throw new DiskError(error);
    }
  }
}
