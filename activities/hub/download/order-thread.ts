import { Worker } from 'node:worker_threads';

/** A thread ends itself when there was nothing to do for so long. */
const idleMs = 2000;

/** What an order leads to: news until `isLast` says that there will be no more. */
export interface OrderHandler<News> {
  readonly onNews: (news: News) => void;
  readonly onDeath: (error: Error) => void;
}

/**
 * A thread that is started when there is something to do, answers orders by number, keeps the process alive only while it
 * owes an answer, and ends when it is idle.
 */
export class OrderThread<Order, News extends { readonly id: number }> {
  private thread: Worker | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private nextId = 0;
  private readonly waiting = new Map<number, OrderHandler<News>>();

  constructor(
    private readonly script: URL,
    private readonly isLast: (news: News) => boolean,
  ) {}

  /** A number for a new piece of work, whose news go to `handler` until the last. */
  open(handler: OrderHandler<News>): number {
    const id = this.nextId;
    this.nextId += 1;
    this.waiting.set(id, handler);
    return id;
  }

  isOpen(id: number): boolean {
    return this.waiting.has(id);
  }

  send(order: Order): void {
    clearTimeout(this.idleTimer);
    this.thread ??= this.start();
    this.thread.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.thread.postMessage(order);
  }

  private start(): Worker {
    const thread = new Worker(this.script);
    thread.on('message', (news: News) => {
      const handler = this.waiting.get(news.id);
      if (this.isLast(news)) this.waiting.delete(news.id);
      handler?.onNews(news);
      if (this.waiting.size > 0) return;
      thread.unref();
      clearTimeout(this.idleTimer);
      this.idleTimer = setTimeout(() => {
        this.thread = undefined;
        void thread.terminate();
      }, idleMs).unref();
    });
    const end = (error: Error): void => {
      if (this.thread !== thread) return;
      this.thread = undefined;
      const handlers = [...this.waiting.values()];
      this.waiting.clear();
      for (const handler of handlers) handler.onDeath(error);
    };
    thread.on('error', end);
    thread.on('exit', () => end(new Error('The thread has ended')));
    return thread;
  }
}
