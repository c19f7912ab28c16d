import { formatBytes, formatCount, formatSeconds } from '../../core/format.js';
import type { Progress } from '../../core/progress.js';

/** A piece of work that is under way. */
export interface WorkUnderWay {
  /** The same for the same piece of work. */
  readonly id: string;
  readonly type: string;
  /** From 1. */
  readonly attempt: number;
  readonly progress: Progress | undefined;
  /** Message of the last attempt that failed. */
  readonly lastFailure: string | undefined;
}

const longestFailure = 120;

/**
 * `train steps 20 to 39: 24 of 60 steps, 0.586 steps/s, 1 min 01 s left (loss 1.700)`; `undefined` where
 * there is nothing to show.
 */
export function progressLine(work: WorkUnderWay, rates: Rates): string | undefined {
  const { progress, attempt, lastFailure } = work;
  const retry =
    attempt > 1 && lastFailure !== undefined
      ? ` [attempt ${attempt}; last: ${lastFailure.slice(0, longestFailure)}]`
      : '';
  if (progress === undefined) return retry === '' ? undefined : `${work.type}${retry}`;
  const { stage, label, note } = progress;
  const noted = note === undefined ? '' : ` (${note})`;
  return `${stage} ${label}: ${amountText(progress)}${speedText(progress, rates.of(work.id, progress))}${noted}${retry}`;
}

function amountText({ done, total, unit }: Progress): string {
  const amount = (value: number): string =>
    unit === 'bytes' ? formatBytes(value) : formatCount(Math.round(value));
  return `${amount(done)}${total === null ? '' : ` of ${amount(total)}`}${unit === 'bytes' ? '' : ` ${unit}`}`;
}

function speedText({ done, total, unit }: Progress, perSecond: number | undefined): string {
  if (perSecond === undefined) return '';
  const speed =
    unit === 'bytes' ? `${formatBytes(Math.round(perSecond))}/s` : `${perSecond.toPrecision(3)} ${unit}/s`;
  if (total === null || done >= total) return `, ${speed}`;
  return `, ${speed}, ${formatSeconds((total - done) / perSecond)} left`;
}

/** The average speed of each piece of work since it was first recorded. */
export class Rates {
  readonly #now: () => number;
  readonly #first = new Map<string, { readonly atMs: number; readonly done: number }>();

  /** @param now - in milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Records progress. Work with less progress than at first has restarted, and its average restarts too. */
  record({ id, progress }: WorkUnderWay): void {
    if (progress === undefined) return;
    const first = this.#first.get(id);
    if (first === undefined || progress.done < first.done)
      this.#first.set(id, { atMs: this.#now(), done: progress.done });
  }

  /** Units a second; `undefined` in the first second, and where nothing was done since. */
  of(id: string, { done }: Progress): number | undefined {
    const first = this.#first.get(id);
    if (first === undefined || done <= first.done) return undefined;
    const seconds = (this.#now() - first.atMs) / 1000;
    return seconds < 1 ? undefined : (done - first.done) / seconds;
  }
}
