import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../../core/errors.js';

/** To the thread. */
export type ChunkHashMessage =
  | {
      readonly kind: 'begin';
      readonly id: number;
      readonly isGitBlob: boolean;
      readonly sizeBytes: number;
      readonly chunks: number;
    }
  /** The file at `path` is this chunk, counted from 0. */
  | { readonly kind: 'chunk'; readonly id: number; readonly chunk: number; readonly path: string }
  | { readonly kind: 'drop'; readonly id: number };

/** From the thread. `whole` and `failed` are the last of a file. */
export type ChunkHashReply =
  | { readonly kind: 'hashed'; readonly id: number; readonly chunk: number }
  | {
      readonly kind: 'whole';
      readonly id: number;
      /** As the Hub names the content: SHA-256, or git's blob id. */
      readonly oid: string;
      /** SHA-256 of each chunk. */
      readonly chunks: readonly string[];
    }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

interface Job {
  readonly id: number;
  readonly count: number;
  readonly whole: Hash;
  readonly waiting: Map<number, string>;
  readonly hashed: string[];
}

const block = Buffer.allocUnsafeSlow(1 << 20);
const jobs = new Map<number, Job>();

const reply = (message: ChunkHashReply): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
};

parentPort?.on('message', (message: ChunkHashMessage) => {
  const { id } = message;
  if (message.kind === 'begin') {
    const { isGitBlob, sizeBytes, chunks: count } = message;
    const whole = isGitBlob ? createHash('sha1').update(`blob ${sizeBytes}\0`) : createHash('sha256');
    jobs.set(id, { id, count, whole, waiting: new Map(), hashed: [] });
    return;
  }
  const job = jobs.get(id);
  if (job === undefined) return;
  if (message.kind === 'drop') {
    jobs.delete(id);
    reply({ kind: 'failed', id, message: 'dropped' });
    return;
  }
  job.waiting.set(message.chunk, message.path);
  hashNext(job);
});

/** Hashes chunks in the order of the file, as far as they are there. */
function hashNext(job: Job): void {
  const { id, waiting, hashed, whole, count } = job;
  try {
    for (let path = waiting.get(hashed.length); path !== undefined; path = waiting.get(hashed.length)) {
      const chunk = hashed.length;
      waiting.delete(chunk);
      hashed.push(hashFile(path, whole));
      reply({ kind: 'hashed', id, chunk });
    }
    if (hashed.length < count) return;
    jobs.delete(id);
    reply({ kind: 'whole', id, oid: whole.digest('hex'), chunks: hashed });
  } catch (error) {
    jobs.delete(id);
    reply({ kind: 'failed', id, message: messageOf(error) });
  }
}

/** The SHA-256 of a file, whose bytes are added to `whole`, too. */
function hashFile(path: string, whole: Hash): string {
  const own = createHash('sha256');
  const descriptor = openSync(path, 'r');
  try {
    for (;;) {
      const count = readSync(descriptor, block);
      if (count === 0) return own.digest('hex');
      const bytes = block.subarray(0, count);
      own.update(bytes);
      whole.update(bytes);
    }
  } finally {
    closeSync(descriptor);
  }
}
