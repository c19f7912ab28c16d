import { sourceDetails } from '../../core/run/details.js';
import type { SourceState } from '../../core/run/state.js';
import { progressSignals } from '../messages.js';
import { Reporter } from '../reporter.js';

/**
 * The progress of one source. Each change of the status is signalled to the run, other changes at intervals.
 */
export class SourceProgress {
  readonly #reporter = new Reporter<SourceState>(progressSignals.sourceProgress, sourceDetails);
  #state: SourceState;

  constructor(name: string) {
    this.#state = { name, status: 'waiting', notes: [] };
  }

  show(change: Partial<SourceState>): void {
    const before = this.#state.status;
    this.#state = { ...this.#state, ...change };
    if (this.#state.status === before) this.#reporter.report(this.#state);
    else this.#reporter.reportNow(this.#state);
  }

  /** Waits until the run has what was shown: before the workflow ends. */
  async sent(): Promise<void> {
    await this.#reporter.sent();
  }
}
