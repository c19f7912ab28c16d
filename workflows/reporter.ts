import {
  CancellationScope,
  getExternalWorkflowHandle,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/common';

/**
 * At most one signal to the parent in this time, besides urgent ones: the parent's history keeps every
 * signal.
 */
const signalEveryMs = 30_000;

/** Shows how far a child workflow is: in its own details, and to its parent. */
export class Reporter<State> {
  readonly #signal: SignalDefinition<[State]>;
  readonly #details: (state: State) => string;
  readonly #parent = workflowInfo().parent;
  #signalled = 0;

  /** @param details - the state as Markdown, for the Temporal UI. */
  constructor(signal: SignalDefinition<[State]>, details: (state: State) => string) {
    this.#signal = signal;
    this.#details = details;
  }

  /** Shows the state in the details only. */
  show(state: State): void {
    setCurrentDetails(this.#details(state));
  }

  /** Shows the state; the parent gets it where the last signal is some time ago. */
  async report(state: State): Promise<void> {
    if (Date.now() - this.#signalled < signalEveryMs) this.show(state);
    else await this.reportNow(state);
  }

  /**
   * Shows the state, to the parent too, and to one that is being cancelled. A signal that fails is dropped:
   * the parent has ended, and its end cancels this workflow.
   */
  async reportNow(state: State): Promise<void> {
    this.show(state);
    if (this.#parent === undefined) return;
    this.#signalled = Date.now();
    const { workflowId, runId } = this.#parent;
    const parent = getExternalWorkflowHandle(workflowId, runId);
    await CancellationScope.nonCancellable(
      async () => await parent.signal(this.#signal, state).catch(() => undefined),
    );
  }
}
