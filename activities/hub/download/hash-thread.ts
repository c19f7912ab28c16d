import { createHash, type Hash } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../../core/errors.js';

/** To the thread. */
export type HashMessage =
  | {
      readonly kind: 'begin';
      readonly id: number;
      readonly descriptor: number;
      readonly isGitBlob: boolean;
      readonly sizeBytes: number;
    }
  /** The bytes `[0, end)` are in the file. */
  | { readonly kind: 'extend'; readonly id: number; readonly end: number }
  | { readonly kind: 'drop'; readonly id: number };

/**
 * From the thread, once for each file. `sha` is `undefined` for one that was dropped or is shorter than
 * announced.
 */
export type HashReply =
  | { readonly id: number; readonly sha: string | undefined }
  | { readonly id: number; readonly error: string };

interface Job {
  readonly id: number;
  readonly descriptor: number;
  readonly sizeBytes: number;
  readonly hash: Hash;
  /** Bytes that were hashed. */
  position: number;
  /** Bytes that can be hashed. */
  end: number;
}

const readBytes = 1 << 20;
const buffer = Buffer.allocUnsafeSlow(readBytes);
const jobs = new Map<number, Job>();
let isScheduled = false;

parentPort?.on('message', (message: HashMessage) => {
  const job = jobs.get(message.id);
  if (message.kind === 'begin') {
    const { id, descriptor, sizeBytes, isGitBlob } = message;
    const hash = isGitBlob ? createHash('sha1').update(`blob ${sizeBytes}\0`) : createHash('sha256');
    jobs.set(id, { id, descriptor, sizeBytes, hash, position: 0, end: 0 });
  } else if (job !== undefined && message.kind === 'extend') {
    job.end = message.end;
    schedule();
  } else if (job !== undefined) finish(job, { sha: undefined });
});

/** Hashes a block of each file. Messages are handled between blocks. */
function schedule(): void {
  if (isScheduled || ![...jobs.values()].some(hasWork)) return;
  isScheduled = true;
  setImmediate(() => {
    isScheduled = false;
    for (const job of [...jobs.values()].filter(hasWork)) hashBlock(job);
    schedule();
  });
}

function hasWork({ position, end }: Job): boolean {
  return position < end;
}

function hashBlock(job: Job): void {
  try {
    const wanted = Math.min(readBytes, job.end - job.position);
    const count = readSync(job.descriptor, buffer, 0, wanted, job.position);
    job.hash.update(buffer.subarray(0, count));
    job.position += count;
    if (count === 0) finish(job, { sha: undefined });
    else if (job.position === job.sizeBytes) finish(job, { sha: job.hash.digest('hex') });
  } catch (error) {
    finish(job, { error: messageOf(error) });
  }
}

function finish(
  { id }: Job,
  result: { readonly sha: string | undefined } | { readonly error: string },
): void {
  jobs.delete(id);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage({ id, ...result } satisfies HashReply);
}
