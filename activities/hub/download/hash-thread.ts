import { createHash, type Hash } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../../core/errors.js';

/** To the thread: what to hash, and how far its bytes are there. */
export type HashOrder =
  | {
      readonly kind: 'begin';
      readonly id: number;
      readonly descriptor: number;
      readonly isGitBlob: boolean;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'reach'; readonly id: number; readonly end: number }
  | { readonly kind: 'drop'; readonly id: number };

/** From the thread: once an order; `sha` is `undefined` where it was dropped or the file is too short. */
export type HashAnswer =
  | { readonly id: number; readonly sha: string | undefined }
  | { readonly id: number; readonly error: string };

interface Job {
  readonly descriptor: number;
  readonly sizeBytes: number;
  readonly hash: Hash;
  position: number;
  end: number;
}

const readBytes = 1 << 20;
const jobs = new Map<number, Job>();
const buffer = Buffer.allocUnsafeSlow(readBytes);
let isPumping = false;

const answer = (
  id: number,
  result: { readonly sha: string | undefined } | { readonly error: string },
): void => {
  jobs.delete(id);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage({ id, ...result } satisfies HashAnswer);
};

/** Hashes at most a block of one file. */
function step(id: number, job: Job): void {
  try {
    const wanted = Math.min(readBytes, job.end - job.position);
    const count = wanted === 0 ? 0 : readSync(job.descriptor, buffer, 0, wanted, job.position);
    if (count < wanted && count === 0) return answer(id, { sha: undefined });
    job.hash.update(buffer.subarray(0, count));
    job.position += count;
    if (job.position === job.sizeBytes) answer(id, { sha: job.hash.digest('hex') });
  } catch (error) {
    answer(id, { error: messageOf(error) });
  }
}

/** A block of each file in turn, then a look at the orders that have come. */
function pump(): void {
  isPumping = false;
  for (const [id, job] of jobs) if (job.position < job.end) step(id, job);
  start();
}

function start(): void {
  if (isPumping || ![...jobs.values()].some((job) => job.position < job.end)) return;
  isPumping = true;
  setImmediate(pump);
}

parentPort?.on('message', (order: HashOrder) => {
  if (order.kind === 'begin') {
    const { descriptor, sizeBytes } = order;
    const hash = order.isGitBlob ? createHash('sha1').update(`blob ${sizeBytes}\0`) : createHash('sha256');
    jobs.set(order.id, { descriptor, sizeBytes, hash, position: 0, end: 0 });
  } else if (order.kind === 'reach') {
    const job = jobs.get(order.id);
    if (job !== undefined) job.end = Math.max(job.end, order.end);
    start();
  } else if (jobs.has(order.id)) answer(order.id, { sha: undefined });
});
