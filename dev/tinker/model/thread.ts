import { parentPort, workerData } from 'node:worker_threads';
import { ModelRunner } from './runner.js';
import { readyId, type RunnerCall, type RunnerReply, type RunnerThreadData } from './thread-messages.js';

/** Entry of the compute thread: one call after another, in the order they were sent. */

const port = parentPort;
if (port === null) throw new Error('thread.js runs as a worker thread only');
const { modelDir } = workerData as RunnerThreadData;
const runner = await ModelRunner.load(modelDir);
const reply = (message: RunnerReply) => port.postMessage(message);

let queue = Promise.resolve();
port.on('message', (call: RunnerCall) => {
  queue = queue.then(() => run(call));
});
reply({ kind: 'result', id: readyId, value: undefined });

async function run({ id, method, args }: RunnerCall): Promise<void> {
  try {
    const call = runner[method] as (...args: readonly unknown[]) => unknown;
    reply({ kind: 'result', id, value: await call.apply(runner, [...args]) });
  } catch (error) {
    reply({ kind: 'error', id, message: error instanceof Error ? error.message : String(error) });
  }
}
