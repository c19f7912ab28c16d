import { createHash, type Hash } from 'node:crypto';
import { blobChunkBytes } from '../../../../core/store/object-sizes.js';
import { writeAll } from '../../../../files/file-writer.js';
import { ConnectionPool } from '../../../http/connection-pool.js';
import type { DirectConnection, DirectResponse } from '../../../http/direct-connection.js';
import { DiskError, mostAnswerBytes, type GetMessage, type GetResult } from './bulk-messages.js';

const pool = new ConnectionPool();

/**
 * Memory of ended transfers, for the next ones. Any of it serves, so that there is never more than there were
 * transfers at a time.
 */
const spare: Buffer[] = [];

/**
 * Writes one object, or a range of it, from a connection to a file. Bytes with a SHA-256 are hashed first.
 */
export class GetTransfer {
  readonly #message: GetMessage;
  #connection: DirectConnection | undefined;
  #position: number;
  /** Bytes that are written when they have the wanted SHA-256. */
  readonly #held: { readonly buffer: Buffer; readonly hash: Hash } | undefined;
  #stopped: Error | undefined;
  /** The body of an answer that is not the wanted one. */
  #refusal: Buffer[] | undefined;

  constructor(message: GetMessage) {
    this.#message = message;
    this.#position = message.at;
    if (message.sha256 !== undefined)
      this.#held = { buffer: bufferOf(message.bytes), hash: createHash('sha256') };
  }

  async run(): Promise<GetResult> {
    const { url: href, headers, way, at, stallMs } = this.#message;
    const held = this.#held;
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
            ...(held === undefined ? {} : { memory: () => held.buffer.subarray(this.#position - at) }),
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
      if (held !== undefined) spare.push(held.buffer);
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
    if (this.#held === undefined) this.#write(bytes, this.#position);
    else {
      const { buffer, hash } = this.#held;
      hash.update(bytes);
      const isThere = bytes.buffer === buffer.buffer;
      if (!isThere) buffer.set(bytes, this.#position - at);
    }
    this.#position += bytes.length;
  }

  #finish(): string | undefined {
    if (this.#held === undefined) return undefined;
    const { sha256, at, bytes } = this.#message;
    const digest = this.#held.hash.digest('hex');
    if (digest === sha256) this.#write(this.#held.buffer.subarray(0, bytes), at);
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

/** New memory has room for any usual chunk. Its pages take no memory until they are written to. */
function bufferOf(bytes: number): Buffer {
  const found = spare.findIndex((buffer) => buffer.length >= bytes);
  const [buffer] = found === -1 ? [] : spare.splice(found, 1);
  return buffer ?? Buffer.allocUnsafeSlow(Math.max(bytes, blobChunkBytes));
}
