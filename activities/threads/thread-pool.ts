import { setMaxListeners } from 'node:events';
import type { JobRequest, JobTable } from './job.js';
import { PoolThread, type RunOptions } from './pool-thread.js';

/**
 * A thread without a job ends after this time, and gives its memory back. Another worker may do a step
 * between two stages of this one, and a new thread compiles its code anew.
 */
const idleMs = 4_000;

/** The jobs of one stage in the threads of a pool. */
export interface PoolJobs<Jobs extends JobTable> {
  /** Runs a job. Rejects with the signal's reason where it aborts, also while the job waits for a thread. */
  run<Name extends keyof Jobs & string>(
    job: Name,
    input: Parameters<Jobs[Name]>[0],
    options: RunOptions,
  ): Promise<Awaited<ReturnType<Jobs[Name]>>>;
}

interface Task {
  readonly request: JobRequest;
  readonly options: RunOptions;
  /** Called when it leaves the queue for a thread. */
  readonly onStart: () => void;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Worker threads for work that would block the main thread. One a process, for all its stages: no more jobs
 * run than it has threads, and a stage starts in threads whose code is compiled already.
 *
 * An abort ends a job together with its thread. The job need not co-operate, and it takes milliseconds. Only
 * a call into native code cannot be ended, and one that parses or hashes a row of hundreds of megabytes takes
 * seconds. Its caller does not wait for that; the thread keeps its place in the pool until it has ended, and
 * runs none of the job's own code any more.
 *
 * Threads start with the first jobs. Idle ones do not keep the process alive.
 */
export class ThreadPool {
  /** How many threads there are, at least 1. */
  readonly size: number;
  readonly #queue: Task[] = [];
  readonly #idle: PoolThread[] = [];
  #busy = 0;

  constructor(size: number) {
    this.size = size;
  }

  /** @param module - the compiled module that exports the table `jobs`. */
  jobs<Jobs extends JobTable>(module: URL): PoolJobs<Jobs> {
    const run = async (job: string, input: unknown, options: RunOptions): Promise<unknown> =>
      await this.#enqueue({ module: module.href, job, input }, options);
    // What a job returns is known by its name in the table.
    return { run: run as PoolJobs<Jobs>['run'] };
  }

  async #enqueue(request: JobRequest, options: RunOptions): Promise<unknown> {
    const { signal } = options;
    signal.throwIfAborted();
    return await new Promise<unknown>((resolve, reject) => {
      const leaveQueue = (): void => {
        this.#queue.splice(this.#queue.indexOf(task), 1);
        reject(signal.reason);
      };
      const onStart = (): void => signal.removeEventListener('abort', leaveQueue);
      const task: Task = { request, options, onStart, resolve, reject };
      // One listener for each job that waits or runs.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', leaveQueue, { once: true });
      this.#queue.push(task);
      this.#startNext();
    });
  }

  #startNext(): void {
    while (this.#busy < this.size) {
      const task = this.#queue.shift();
      if (task === undefined) return;
      task.onStart();
      void this.#run(task);
    }
  }

  async #run(task: Task): Promise<void> {
    this.#busy += 1;
    const thread = this.#takeIdle() ?? new PoolThread();
    try {
      task.resolve(await thread.run(task.request, task.options));
    } catch (error) {
      task.reject(error);
    }
    await thread.ending;
    this.#busy -= 1;
    if (thread.isAlive) this.#park(thread);
    this.#startNext();
  }

  #takeIdle(): PoolThread | undefined {
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop())
      if (thread.isAlive) return thread;
    return undefined;
  }

  #park(thread: PoolThread): void {
    this.#idle.push(thread);
    thread.endAfter(idleMs, () => {
      const at = this.#idle.indexOf(thread);
      if (at !== -1) this.#idle.splice(at, 1);
    });
  }
}
