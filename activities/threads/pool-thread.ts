import { Worker } from 'node:worker_threads';
import { errorOf, type JobReply, type JobRequest } from './job.js';

/** How a job is run. */
export interface RunOptions {
  /** Ends the job, together with its thread. */
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/** The caller of an aborted job waits for so long at most until its thread has ended. */
const endingMs = 500;
/** V8 would take twice as much for short-lived objects, in each thread, and be no faster. */
const resourceLimits = { maxYoungGenerationSizeMb: 24 };

interface Settle {
  readonly reply: (reply: JobReply) => void;
  readonly fail: (error: unknown) => void;
}

/** One worker thread, which runs one job at a time. */
export class PoolThread {
  readonly #worker = new Worker(new URL('./run-jobs.js', import.meta.url), { resourceLimits });
  #settle: Settle | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ending: Promise<unknown> | undefined;
  #isAlive = true;

  constructor() {
    this.#worker.on('message', (reply: JobReply) => this.#settle?.reply(reply));
    this.#worker.on('error', (error) => this.#onEnd(error));
    this.#worker.on('exit', (code) => this.#onEnd(new Error(`A worker thread ended with code ${code}`)));
  }

  /** False once the thread has ended, on request or by itself. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Settles when the thread has ended after an abort; `undefined` where there was none. */
  get ending(): Promise<unknown> | undefined {
    return this.#ending;
  }

  /** Runs a job. Rejects with its error, or with the signal's reason. */
  async run(request: JobRequest, { signal, onProgress }: RunOptions): Promise<unknown> {
    clearTimeout(this.#timer);
    this.#worker.ref();
    let waiting: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      this.#ending = this.#worker.terminate();
      waiting = setTimeout(() => this.#settle?.fail(signal.reason), endingMs);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<unknown>((resolve, reject) => {
        this.#settle = {
          fail: reject,
          reply: (reply) => {
            if (reply.kind === 'progress') onProgress?.(reply.done);
            else if (reply.kind === 'done') resolve(reply.output);
            else reject(errorOf(reply.failure));
          },
        };
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        this.#worker.postMessage(request);
      });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(waiting);
      this.#settle = undefined;
      // A job can wait for the place of a thread that ends: the process must live until then.
      if (this.#ending === undefined) this.#worker.unref();
    }
  }

  /** Ends the thread after a time without a job. */
  endAfter(idleMs: number, onEnd: () => void): void {
    this.#timer = setTimeout(() => {
      onEnd();
      void this.#worker.terminate();
    }, idleMs).unref();
  }

  #onEnd(error: Error): void {
    this.#isAlive = false;
    this.#settle?.fail(error);
  }
}
