import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';

export interface GateOptions {
  /** Waits while the gate is closed. @default until it opens */
  readonly hold?: (isOpen: () => boolean) => Promise<void>;
  /** Told that interrupted work has not answered and is asked for again. */
  readonly again?: () => Promise<void>;
}

/**
 * What makes a workflow pausable: every activity goes through it. A pause cancels what is under way and holds back what
 * comes next; after it the same work is asked for again. That loses little, for downloads go on from their last byte,
 * finished pieces are found in the store, and a segment of training saves and answers where it stands.
 */
export class Gate {
  private readonly scopes = new Set<CancellationScope>();
  private closed = false;

  constructor(private readonly options: GateOptions = {}) {}

  get paused(): boolean {
    return this.closed;
  }

  /** True while work is under way. */
  get busy(): boolean {
    return this.scopes.size > 0;
  }

  pause(): void {
    this.closed = true;
    this.interrupt();
  }

  resume(): void {
    this.closed = false;
  }

  /** Ends what is under way, which is then done again unless it answered nevertheless. */
  interrupt(): void {
    for (const scope of this.scopes) scope.cancel();
  }

  /** Waits while the run is paused. */
  async open(): Promise<void> {
    const isOpen = (): boolean => !this.closed;
    while (this.closed) await (this.options.hold?.(isOpen) ?? condition(isOpen));
  }

  /** Does `work` while the gate is open, as often as it takes until it is done. A cancel of the run goes through. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const outer = CancellationScope.current();
    for (;;) {
      await this.open();
      const scope = new CancellationScope();
      this.scopes.add(scope);
      try {
        return await scope.run(work);
      } catch (error) {
        if (!isCancellation(error) || outer.consideredCancelled) throw error;
        await this.options.again?.();
      } finally {
        this.scopes.delete(scope);
      }
    }
  }
}
