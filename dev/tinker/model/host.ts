import { Worker } from 'node:worker_threads';
import {
  readyId,
  type RunnerCall,
  type RunnerMethods,
  type RunnerReply,
  type RunnerThreadData,
} from './thread-messages.js';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Runs a server's computations: a model, or a simulation of its timing. */
export interface ComputeHost {
  /** Why every later call fails, such as a thread that ran out of memory. */
  readonly failure: Error | undefined;
  /**
   * Calls run in the order in which they are made.
   *
   * @throws {Error} what the method threw; the failure of the host.
   */
  call<M extends keyof RunnerMethods>(
    method: M,
    ...args: Parameters<RunnerMethods[M]>
  ): Promise<Awaited<ReturnType<RunnerMethods[M]>>>;
  close(): Promise<void>;
}

/**
 * The model in a thread of its own, so that heartbeats are answered while it computes. Calls run in the order
 * in which they are made, for all models together.
 */
export class ModelHost implements ComputeHost {
  readonly #worker: Worker;
  #nextId = 0;
  readonly #waiting = new Map<number, Waiting>();
  #dead: Error | undefined;
  readonly #started: Promise<unknown>;

  private constructor(worker: Worker) {
    this.#worker = worker;
    // The thread reports that it is ready under an id that no call has.
    this.#started = new Promise((resolve, reject) => this.#waiting.set(readyId, { resolve, reject }));
    worker.on('message', (message: RunnerReply) => this.#settle(message));
    worker.on('error', (error) => this.#die(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => this.#die(new Error(`The model thread ended with code ${code}`)));
  }

  /** Starts the thread and loads the folder. @throws {Error} where the model cannot be loaded. */
  static async start(modelDir: string): Promise<ModelHost> {
    const data: RunnerThreadData = { modelDir };
    const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: data });
    const host = new ModelHost(worker);
    await host.#started;
    return host;
  }

  get failure(): Error | undefined {
    return this.#dead;
  }

  async call<M extends keyof RunnerMethods>(
    method: M,
    ...args: Parameters<RunnerMethods[M]>
  ): Promise<Awaited<ReturnType<RunnerMethods[M]>>> {
    const value = await new Promise<unknown>((resolve, reject) => {
      if (this.#dead !== undefined) {
        reject(this.#dead);
        return;
      }
      const id = this.#nextId;
      this.#nextId += 1;
      this.#waiting.set(id, { resolve, reject });
      const message: RunnerCall = { id, method, args };
      this.#worker.postMessage(message, []);
    });
    return value as Awaited<ReturnType<RunnerMethods[M]>>;
  }

  async close(): Promise<void> {
    this.#die(new Error('The server is closing'));
    await this.#worker.terminate();
  }

  #settle(message: RunnerReply): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'result') waiting?.resolve(message.value);
    else waiting?.reject(new Error(message.message));
  }

  #die(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
  }
}
