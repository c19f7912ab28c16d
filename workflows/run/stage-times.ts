import type { StageTime } from '../../core/contracts/report.js';

/**
 * How long a run has been in each stage: one entry a stage, however often it is entered. Reads the workflow's
 * clock.
 */
export class StageTimes {
  readonly #entries = new Map<StageTime['stage'], StageTime>();

  /** Begins a stay; no effect where one has begun. */
  enter(stage: StageTime['stage']): void {
    const now = Date.now();
    const entry = this.#entries.get(stage) ?? { stage, first: now, ms: 0, stays: 0, since: null };
    if (entry.since !== null) return;
    this.#entries.set(stage, { ...entry, stays: entry.stays + 1, since: now });
  }

  /** Ends the stay under way; no effect where there is none. */
  leave(stage: StageTime['stage']): void {
    const entry = this.#entries.get(stage);
    if (entry === undefined || entry.since === null) return;
    this.#entries.set(stage, { ...entry, ms: entry.ms + Date.now() - entry.since, since: null });
  }

  list(): readonly StageTime[] {
    return [...this.#entries.values()];
  }
}
