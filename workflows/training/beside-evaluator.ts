import { condition } from '@temporalio/workflow';
import type { SegmentRecordRef } from '../../core/contracts/training.js';
import { pausable } from '../activities.js';
import type { ActivityCalls } from '../activities.js';
import { Gate } from '../pause/gate.js';

/**
 * Measures checkpoints while the next segment trains: the sampler weights of a recorded checkpoint do not
 * change. It has a gate of its own, for a request to save interrupts the segment and not what is measured
 * beside it.
 */
export class BesideEvaluator {
  readonly gate = new Gate();
  readonly #activities = pausable(this.gate);
  readonly #measure: (checkpoint: SegmentRecordRef, activities: ActivityCalls) => Promise<void>;
  #isBusy = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(measure: (checkpoint: SegmentRecordRef, activities: ActivityCalls) => Promise<void>) {
    this.#measure = measure;
  }

  /** Begins to measure the checkpoints, one after another. {@link settle} before the next call. */
  start(checkpoints: readonly SegmentRecordRef[]): void {
    this.#isBusy = true;
    void this.#measureAll(checkpoints);
  }

  /**
   * Waits until everything is measured. A pause of `gate` gets through.
   *
   * @throws what measuring failed with.
   */
  async settle(gate: Gate): Promise<void> {
    await gate.run(async () => await condition(() => !this.#isBusy));
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure.error;
  }

  async #measureAll(checkpoints: readonly SegmentRecordRef[]): Promise<void> {
    try {
      for (const checkpoint of checkpoints) await this.#measure(checkpoint, this.#activities);
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#isBusy = false;
    }
  }
}
