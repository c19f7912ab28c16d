import {
  CancellationScope,
  getExternalWorkflowHandle,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/common';

/**
 * Milliseconds between two signals to the parent, besides urgent ones, and the fraction of the workflow's
 * age: the parent's history keeps every signal, and has some hundred of a child that takes a week.
 */
const signalEvery = { leastMs: 30_000, ofAge: 0.05 };

/** Shows how far a child workflow is: in its own details, and to its parent. */
export class Reporter<State> {
  readonly #signal: SignalDefinition<[State]>;
  readonly #details: (state: State) => string;
  readonly #parent = workflowInfo().parent;
  readonly #startedMs = workflowInfo().startTime.getTime();
  #signalledMs = 0;
  #sent: Promise<void> = Promise.resolve();

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
  report(state: State): void {
    const now = Date.now();
    const everyMs = Math.max(signalEvery.leastMs, signalEvery.ofAge * (now - this.#startedMs));
    if (now - this.#signalledMs < everyMs) this.show(state);
    else this.reportNow(state);
  }

  /**
   * Shows the state, to the parent too, and to one that is being cancelled. It is sent after those before it,
   * and nothing waits for it but {@link sent}. A signal that fails is dropped: the parent has ended, and its
   * end cancels this workflow.
   */
  reportNow(state: State): void {
    this.show(state);
    if (this.#parent === undefined) return;
    this.#signalledMs = Date.now();
    const { workflowId, runId } = this.#parent;
    const parent = getExternalWorkflowHandle(workflowId, runId);
    const send = async (): Promise<void> => await parent.signal(this.#signal, state).catch(() => undefined);
    const before = this.#sent;
    this.#sent = CancellationScope.nonCancellable(async () => {
      await before;
      await send();
    });
  }

  /** Waits until the parent has everything that was reported. */
  async sent(): Promise<void> {
    await this.#sent;
  }
}
