import { parentPort } from 'node:worker_threads';
import { HeadraceError, messageOf } from '../../core/errors.js';
import type { JobContext, JobFailure, JobReply, JobRequest, JobTable } from './thread-pool.js';

/** At most one progress message in this time. */
const progressEveryMs = 250;

const port = parentPort;
if (port === null) throw new Error('This module runs in a worker thread only');

const reply = (message: JobReply): void => port.postMessage(message);

// The other end of a `ThreadPool`, in the thread: takes one request after the other.
port.on('message', (request: JobRequest) => {
  let lastMs = -Infinity;
  const progress = (done: number): void => {
    const nowMs = performance.now();
    if (nowMs - lastMs < progressEveryMs) return;
    lastMs = nowMs;
    reply({ kind: 'progress', done });
  };
  work(request, { progress }).then(
    (output) => reply({ kind: 'done', output }),
    (error: unknown) => reply({ kind: 'failed', failure: describe(error) }),
  );
});

/** Loads a stage's code when its first job comes. */
async function work({ module, job, input }: JobRequest, context: JobContext): Promise<unknown> {
  const { jobs } = (await import(module)) as { readonly jobs: JobTable };
  const run = jobs[job];
  if (run === undefined) throw new Error(`${module} has no job ${job}`);
  return await run(input as never, context);
}

function describe(error: unknown): JobFailure {
  const known = error instanceof HeadraceError ? error : undefined;
  return {
    message: messageOf(error),
    stack: error instanceof Error ? error.stack : undefined,
    type: known?.type,
    remedy: known?.remedy,
    code: error instanceof Error && 'code' in error ? String(error.code) : undefined,
  };
}
