import { sourceDetails } from '../../core/run/details.js';
import type { SourceState } from '../../core/run/state.js';
import { progressSignals } from '../messages.js';
import { Reporter } from '../reporter.js';

/**
 * How far the preparation of one source is; the run hears of each change of the status, and now and then of
 * the rest.
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
