import { parentPort } from 'node:worker_threads';
import { failureOf, type JobContext, type JobReply, type JobRequest, type JobTable } from './job.js';

/** At most one progress message in this time. */
const progressEveryMs = 250;

const port = parentPort;
if (port === null) throw new Error('This module runs in a worker thread only');

const reply = (message: JobReply): void => port.postMessage(message);

// The other end of a `PoolThread`: runs one request after the other.
port.on('message', (request: JobRequest) => {
  let lastMs = -Infinity;
  const progress = (done: number): void => {
    const nowMs = performance.now();
    if (nowMs - lastMs < progressEveryMs) return;
    lastMs = nowMs;
    reply({ kind: 'progress', done });
  };
  run(request, { progress }).then(
    (output) => reply({ kind: 'done', output }),
    (error: unknown) => reply({ kind: 'failed', failure: failureOf(error) }),
  );
});

/** Loads the code of a stage with its first job. */
async function run({ module, job, input }: JobRequest, context: JobContext): Promise<unknown> {
  const { jobs } = (await import(module)) as { readonly jobs: JobTable };
  const work = jobs[job];
  if (work === undefined) throw new Error(`${module} has no job ${job}`);
  return await work(input as never, context);
}
