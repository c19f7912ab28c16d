import { Worker } from 'node:worker_threads';

/** A thread that has no open request ends after this time. */
const idleMs = 2000;

/** They move bytes, which are not in V8's heap. V8 would take 50 MB a thread for short-lived objects. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

/** Gets the replies to one request. */
export interface ReplyHandler<Reply> {
  readonly onReply: (reply: Reply) => void;
  /** The thread has ended, and there will be no reply any more. */
  readonly onEnd: (error: Error) => void;
}

/**
 * A thread that works on many requests at the same time, for work that waits for sockets or for other
 * threads: in a `ThreadPool`, which gives each job a thread of its own, every wait would occupy a thread. It
 * starts with the first message, keeps the process alive only while a request is open, and ends when it is
 * idle.
 */
export class RequestThread<Message, Reply extends { readonly id: number }> {
  readonly #module: URL;
  readonly #isLast: (reply: Reply) => boolean;
  readonly #open = new Map<number, ReplyHandler<Reply>>();
  #nextId = 0;
  #thread: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  /**
   * @param module - the compiled module of the thread.
   * @param isLast - whether a reply closes its request.
   */
  constructor(module: URL, isLast: (reply: Reply) => boolean) {
    this.#module = module;
    this.#isLast = isLast;
  }

  /** Opens a request and returns its id. Messages about it are sent with {@link send}. */
  open(handler: ReplyHandler<Reply>): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#open.set(id, handler);
    return id;
  }

  isOpen(id: number): boolean {
    return this.#open.has(id);
  }

  send(message: Message): void {
    clearTimeout(this.#idleTimer);
    this.#thread ??= this.#start();
    this.#thread.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#thread.postMessage(message);
  }

  #start(): Worker {
    const thread = new Worker(this.#module, { resourceLimits });
    thread.on('message', (reply: Reply) => {
      const handler = this.#open.get(reply.id);
      if (this.#isLast(reply)) this.#open.delete(reply.id);
      handler?.onReply(reply);
      if (this.#open.size === 0) this.#endWhenIdle(thread);
    });
    thread.on('error', (error) => this.#onEnd(thread, error));
    thread.on('exit', () => this.#onEnd(thread, new Error('The thread has ended')));
    return thread;
  }

  #endWhenIdle(thread: Worker): void {
    thread.unref();
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      this.#thread = undefined;
      void thread.terminate();
    }, idleMs).unref();
  }

  #onEnd(thread: Worker, error: Error): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    const handlers = [...this.#open.values()];
    this.#open.clear();
    for (const handler of handlers) handler.onEnd(error);
  }
}
