import { metricMeter } from '@temporalio/workflow';
import { counterName, counters } from '../../core/run/meter.js';
import type { Wait, WaitKey } from '../../core/run/state.js';
import type { Stage } from '../../core/run/stages.js';
import { isOwnCancel, reasonOf } from '../failure.js';
import { waitAndRenew } from '../pause/renewal.js';
import type { Renewal } from '../pause/renewal.js';

/** The decision on something that the run waits for. */
export type Decision = 'retry' | 'skip' | 'approve' | 'remix' | { readonly rejected: string };

export interface WaitsOptions {
  /** Called when what the run waits for has changed. */
  readonly onChange: (waiting: readonly Wait[]) => void;
  /** The checkpoints to keep alive during a wait; `null` where there are none. */
  readonly renewalOf: (wait: Wait) => Renewal | null;
  readonly note: (text: string) => void;
}

/** What the run waits for, and the decisions. */
export class Waits {
  readonly #options: WaitsOptions;
  readonly #decisions = new Map<string, Decision>();
  #waiting: readonly Wait[] = [];

  constructor(options: WaitsOptions) {
    this.#options = options;
  }

  /**
   * Does `work` until it succeeds: a failure that time does not mend parks the stage until it is retried.
   */
  async untilDone<Result>(stage: Stage, work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (isOwnCancel(error)) throw error;
        await this.park({ kind: 'stage', what: stage, ...reasonOf(error) });
      }
    }
  }

  /** Waits for a decision. */
  async park(wait: Wait): Promise<Decision> {
    const key = keyOf(wait);
    metricMeter.createCounter(counterName('waits'), '', counters.waits).add(1, { type: wait.type });
    this.add(wait);
    await waitAndRenew(() => this.#decisions.has(key), this.#options.renewalOf(wait), this.#options.note);
    const decision = this.#decisions.get(key) ?? 'retry';
    this.#decisions.delete(key);
    this.remove(wait);
    return decision;
  }

  decide(wait: WaitKey, decision: Decision): void {
    this.#decisions.set(keyOf(wait), decision);
  }

  add(wait: Wait): void {
    this.#change([...this.#waiting.filter((other) => keyOf(other) !== keyOf(wait)), wait]);
  }

  remove(wait: WaitKey): void {
    this.#change(this.#waiting.filter((other) => keyOf(other) !== keyOf(wait)));
  }

  has(wait: Key): boolean {
    return this.#waiting.some((other) => keyOf(other) === keyOf(wait));
  }

  /** @throws {Error} which refuses an update: the run does not wait for it. */
  mustHave(wait: Key): void {
    if (!this.has(wait))
      throw new Error(`${wait.kind} "${wait.what}" does not wait for anyone; ${this.describe()}`);
  }

  describe(): string {
    const waiting = this.#waiting.map(({ kind, what }) => `${kind} ${what}`).join(', ');
    return `the run waits for: ${waiting === '' ? 'nothing' : waiting}`;
  }

  #change(waiting: readonly Wait[]): void {
    this.#waiting = waiting;
    this.#options.onChange(waiting);
  }
}

/** As an update names it, before it is known whether the run waits for it. */
interface Key {
  readonly kind: Wait['kind'];
  readonly what: string;
}

/** A source may be called as a stage is. */
function keyOf({ kind, what }: Key): string {
  return `${kind} ${what}`;
}
