import { RequestThread } from '../../../threads/request-thread.js';
import { BrokenAnswer } from '../broken-answer.js';
import type {
  BulkMessage,
  BulkReply,
  GetMessage,
  GetResult,
  PutMessage,
  PutResult,
} from './bulk-messages.js';

type Finished = Exclude<BulkReply, { readonly kind: 'failed' }>;
/** A message before it has an id and a time limit. */
type Without<Message> = Omit<Message, 'kind' | 'id' | 'stallMs'>;

function failureOf({ message, isDisk, code }: Extract<BulkReply, { kind: 'failed' }>): Error {
  const error = isDisk ? new Error(message) : new BrokenAnswer(message);
  return code === undefined ? error : Object.assign(error, { code });
}

/**
 * Transfers between an S3 service and files of this disk, in a thread of their own: hashing and writing would
 * keep the main thread from everything else. It moves 680 MB/s, which is beyond most networks; a second one
 * would add a tenth, and 50 MB.
 */
export class Bulk {
  readonly #stallMs: number;
  readonly #thread = new RequestThread<BulkMessage, BulkReply>(
    new URL('./bulk-thread.js', import.meta.url),
    () => true,
  );

  /** @param stallMs - of silence after which a connection is closed. */
  constructor(stallMs: number) {
    this.#stallMs = stallMs;
  }

  /**
   * Writes an answer to a file.
   *
   * @throws {BrokenAnswer}; the error of a write, with its `code`; the signal's reason.
   */
  async get(message: Without<GetMessage>, signal: AbortSignal | undefined): Promise<GetResult> {
    const reply = await this.#ask({ kind: 'get', ...message }, signal);
    if (reply.kind !== 'got') throw new Error('The thread has answered another request');
    return reply.result;
  }

  /** Sends a part of a file. Throws as {@link get}. */
  async put(message: Without<PutMessage>, signal: AbortSignal | undefined): Promise<PutResult> {
    const reply = await this.#ask({ kind: 'put', ...message }, signal);
    if (reply.kind !== 'put') throw new Error('The thread has answered another request');
    return reply.result;
  }

  #ask(
    message: Omit<GetMessage, 'id' | 'stallMs'> | Omit<PutMessage, 'id' | 'stallMs'>,
    signal: AbortSignal | undefined,
  ): Promise<Finished> {
    signal?.throwIfAborted();
    const thread = this.#thread;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => thread.send({ kind: 'stop', id });
      const id = thread.open({
        onReply: (reply) => {
          signal?.removeEventListener('abort', onAbort);
          if (reply.kind !== 'failed') resolve(reply);
          else if (signal?.aborted === true) reject(signal.reason);
          else reject(failureOf(reply));
        },
        onEnd: (error) => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
      });
      signal?.addEventListener('abort', onAbort);
      thread.send({ ...message, id, stallMs: this.#stallMs });
    });
  }
}
