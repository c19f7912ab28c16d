import { CancellationScope, CancelledFailure, condition } from '@temporalio/workflow';
import { isInterrupted } from '../failure.js';

export interface GateOptions {
  /** What the workflow does while the gate is closed. @default waits until it opens */
  readonly whileClosed?: (isOpen: () => boolean) => Promise<void>;
}

/**
 * What makes a workflow pausable: every activity goes through it. A pause cancels what is under way and holds
 * back what comes next; after it the same work is called again. That loses little: downloads continue from
 * their last byte, finished pieces are found in the store, and a segment of training saves and returns where
 * it stands.
 */
export class Gate {
  readonly #scopes = new Set<CancellationScope>();
  readonly #options: GateOptions;
  #isClosed = false;

  constructor(options: GateOptions = {}) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** True while work is under way. */
  get isBusy(): boolean {
    return this.#scopes.size > 0;
  }

  close(): void {
    this.#isClosed = true;
    this.interrupt();
  }

  reopen(): void {
    this.#isClosed = false;
  }

  /** Cancels what is under way. It is called again unless it returns a result. */
  interrupt(): void {
    for (const scope of this.#scopes) scope.cancel();
  }

  /** Returns once the gate is open. */
  async opened(): Promise<void> {
    const isOpen = (): boolean => !this.#isClosed;
    while (this.#isClosed) await (this.#options.whileClosed?.(isOpen) ?? condition(isOpen));
  }

  /**
   * Does `work` while the gate is open, as often as it takes until it is done.
   *
   * @throws {CancelledFailure} where the workflow is cancelled; and what `work` fails with of its own.
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const outer = CancellationScope.current();
    for (;;) {
      await this.opened();
      const scope = new CancellationScope();
      this.#scopes.add(scope);
      try {
        return await scope.run(work);
      } catch (error) {
        if (!isInterrupted(error)) throw error;
        if (outer.consideredCancelled) throw new CancelledFailure('Cancelled');
      } finally {
        this.#scopes.delete(scope);
      }
    }
  }
}
