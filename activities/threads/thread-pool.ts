import { setMaxListeners } from 'node:events';
import { Worker } from 'node:worker_threads';
import { HeadraceError, errorTable, type ErrorType } from '../../core/errors.js';

/** What a job in a thread may call while it works. */
export interface JobContext {
  /** Told how much is done, in the job's own unit. Cheap to call often. */
  readonly progress: (done: number) => void;
}

/** Jobs by name. Inputs and outputs are plain data: they are copied between threads. */
export type JobTable = Readonly<Record<string, (input: never, context: JobContext) => Promise<unknown>>>;

export interface JobRequest {
  /** URL of the module whose `jobs` has the job. */
  readonly module: string;
  readonly job: string;
  readonly input: unknown;
}
export type JobReply =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly failure: JobFailure };

/** An error on its way between threads. */
export interface JobFailure {
  readonly message: string;
  readonly stack: string | undefined;
  readonly type: ErrorType | undefined;
  readonly remedy: string | undefined;
  /** Of a system error, for instance ENOSPC. */
  readonly code: string | undefined;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

interface Task {
  readonly request: JobRequest;
  readonly options: RunOptions;
  /** Told that it waits no longer. */
  readonly start: () => void;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread with nothing to do ends after this long, and gives its memory back. */
const idleMs = 1_000;
/** A thread that was told to end is waited for so long. */
const endingMs = 500;
/** V8 would take twice as much for objects that die young, in each thread, and be no faster for it. */
const resourceLimits = { maxYoungGenerationSizeMb: 24 };

/**
 * Worker threads for work that would block the main thread. A job that is aborted is stopped with its thread, wherever
 * it is: that needs no co-operation of the job and takes milliseconds. Only one call into native code cannot be stopped,
 * and a row of hundreds of megabytes is parsed or hashed for seconds by one: its caller does not wait for that. Nothing of
 * the job's own code runs any more, and the thread keeps its place in the pool until it has ended. Idle threads do not keep
 * the process alive.
 *
 * Pools of one size share their threads, whatever their jobs: no more jobs are under way than there are cores for them, and a
 * stage goes on in the threads of the last one, whose code is compiled already.
 */
export class ThreadPool<Jobs extends JobTable> {
  readonly #module: string;
  readonly #threads: Threads;

  /**
   * @param module - the compiled module that exports `jobs`.
   * @param size - threads, at least 1.
   */
  constructor(module: URL, size: number) {
    this.#module = module.href;
    this.#threads = Threads.ofSize(size);
  }

  /** Runs a job; rejects with the signal's reason where it is aborted, also while it waits for a thread. */
  async run<Name extends keyof Jobs & string>(
    job: Name,
    input: Parameters<Jobs[Name]>[0],
    options: RunOptions,
  ): Promise<Awaited<ReturnType<Jobs[Name]>>> {
    const output = await this.#threads.run({ module: this.#module, job, input }, options);
    return output as Awaited<ReturnType<Jobs[Name]>>;
  }
}

/** So many threads, and what waits for them in the order in which it came. */
class Threads {
  static readonly #all = new Map<number, Threads>();

  static ofSize(size: number): Threads {
    const there = this.#all.get(size) ?? new Threads(size);
    this.#all.set(size, there);
    return there;
  }

  readonly #size: number;
  readonly #queue: Task[] = [];
  readonly #idle: Thread[] = [];
  #busy = 0;

  private constructor(size: number) {
    this.#size = size;
  }

  async run(request: JobRequest, options: RunOptions): Promise<unknown> {
    options.signal.throwIfAborted();
    return await new Promise<unknown>((resolve, reject) => {
      const { signal } = options;
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(task), 1);
        reject(signal.reason);
      };
      const start = (): void => signal.removeEventListener('abort', leave);
      const task: Task = { request, options, start, resolve, reject };
      // One listener for each job that waits or runs.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.push(task);
      this.#startNext();
    });
  }

  #startNext(): void {
    while (this.#busy < this.#size) {
      const task = this.#queue.shift();
      if (task === undefined) return;
      task.start();
      void this.#work(task);
    }
  }

  async #work(task: Task): Promise<void> {
    this.#busy += 1;
    let thread = this.#idle.pop();
    while (thread?.isAlive === false) thread = this.#idle.pop();
    thread ??= new Thread();
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

  #park(thread: Thread): void {
    this.#idle.push(thread);
    thread.endAfter(idleMs, () => {
      const at = this.#idle.indexOf(thread);
      if (at !== -1) this.#idle.splice(at, 1);
    });
  }
}

/** One worker thread, and the job that it does. */
class Thread {
  readonly #worker: Worker;
  #settle: { readonly reply: (reply: JobReply) => void; readonly fail: (error: unknown) => void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  isAlive = true;
  /** Set when it was told to end; fulfilled when it has. */
  ending: Promise<unknown> | undefined;

  constructor() {
    this.#worker = new Worker(new URL('./thread.js', import.meta.url), { resourceLimits });
    this.#worker.on('message', (reply: JobReply) => this.#settle?.reply(reply));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', (code) => this.#end(new Error(`A worker thread ended with code ${code}`)));
  }

  async run(request: JobRequest, { signal, onProgress }: RunOptions): Promise<unknown> {
    clearTimeout(this.#timer);
    this.#worker.ref();
    let waiting: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      this.ending = this.#worker.terminate();
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
            else reject(revive(reply.failure));
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
      // Jobs may wait for the place of a thread that ends: without it the process could be gone before their turn.
      if (this.ending === undefined) this.#worker.unref();
    }
  }

  endAfter(idleMs: number, onEnd: () => void): void {
    this.#timer = setTimeout(() => {
      onEnd();
      void this.#worker.terminate();
    }, idleMs).unref();
  }

  #end(error: Error): void {
    this.isAlive = false;
    this.#settle?.fail(error);
  }
}

function revive(failure: JobFailure): Error {
  const { message, type, remedy, stack, code } = failure;
  if (type !== undefined && type in errorTable)
    return new HeadraceError(type, message, remedy === undefined ? {} : { remedy });
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
