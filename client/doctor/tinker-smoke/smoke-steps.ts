import type { TinkerAccess } from '../../../activities/train/server/tinker-access.js';
import { withTinkerErrors } from '../../../activities/train/server/tinker-errors.js';
import { failed, passed, warned, type Check } from '../checks.js';

/** What a step has found on a server that does what was asked. */
export interface Found<T> {
  readonly value: T;
  readonly detail: string;
}

/** What a server cannot do, and a run can do without. */
export class Shortcoming {
  constructor(
    readonly detail: string,
    readonly remedy: string,
  ) {}
}

/** Runs the steps of a smoke test, and makes a check of each. A step that fails does not end the others. */
export class SmokeSteps {
  readonly #access: TinkerAccess;
  readonly #signal: AbortSignal;
  readonly #onCheck: (check: Check) => void;

  constructor(access: TinkerAccess, signal: AbortSignal, onCheck: (check: Check) => void) {
    this.#access = access;
    this.#signal = signal;
    this.#onCheck = onCheck;
  }

  /**
   * Returns what the step found, or undefined where it failed.
   *
   * @throws the reason of an abort.
   */
  async run<T>(what: string, act: () => Promise<Found<T> | Shortcoming>): Promise<T | undefined> {
    const startedMs = performance.now();
    const taken = (detail: string): string => `${detail} (${Math.round(performance.now() - startedMs)} ms)`;
    try {
      const found = await withTinkerErrors(this.#access.baseUrl, this.#signal, act);
      if (found instanceof Shortcoming) this.#onCheck(warned(what, taken(found.detail), found.remedy));
      else this.#onCheck(passed(what, taken(found.detail)));
      return found instanceof Shortcoming ? undefined : found.value;
    } catch (error) {
      if (this.#signal.aborted) throw error;
      this.#onCheck(failed(what, error));
      return undefined;
    }
  }
}
