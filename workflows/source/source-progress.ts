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

  async show(change: Partial<SourceState>): Promise<void> {
    const before = this.#state.status;
    this.#state = { ...this.#state, ...change };
    if (this.#state.status === before) await this.#reporter.report(this.#state);
    else await this.#reporter.reportNow(this.#state);
  }
}
