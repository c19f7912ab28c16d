import cliProgress from 'cli-progress';
import type { MultiBar, SingleBar } from 'cli-progress';
import { formatBytes, formatCount, formatSeconds } from '../../core/format.js';
import type { Progress } from '../../core/progress.js';
import type { PendingActivity } from '../runs/pending-activities.js';

/** Where a watched run is shown: event lines, and bars for what is under way. */
export interface Screen {
  line(text: string): void;
  show(pending: readonly PendingActivity[]): void;
  stop(): void;
}

/** Bars on a terminal; on anything else a line for each piece of work now and then. */
export function openScreen(stream: NodeJS.WriteStream = process.stderr): Screen {
  return stream.isTTY ? new Bars(stream) : new Lines(stream);
}

const lineEveryMs = 10_000;

class Lines implements Screen {
  private last = Date.now();
  private readonly rates = new Rates();

  constructor(private readonly stream: NodeJS.WriteStream) {}

  line(text: string): void {
    this.stream.write(`${text}\n`);
  }

  show(pending: readonly PendingActivity[]): void {
    for (const activity of pending)
      if (activity.progress !== undefined) this.rates.see(activity.id, activity.progress);
    if (Date.now() - this.last < lineEveryMs) return;
    this.last = Date.now();
    for (const activity of pending) {
      const text = describe(activity, this.rates);
      if (text !== undefined) this.line(`  … ${text}`);
    }
  }

  stop(): void {}
}

class Bars implements Screen {
  private readonly bars = new Map<string, SingleBar>();
  private readonly rates = new Rates();
  private readonly multi: MultiBar;

  constructor(stream: NodeJS.WriteStream) {
    this.multi = new cliProgress.MultiBar({
      stream,
      format: '  {bar} {text}',
      barsize: 20,
      clearOnComplete: true,
      hideCursor: true,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      linewrap: false,
      gracefulExit: false,
    });
  }

  line(text: string): void {
    this.multi.log(`${text}\n`);
    this.multi.update();
  }

  show(pending: readonly PendingActivity[]): void {
    const shown = new Set<string>();
    for (const activity of pending) {
      const { progress } = activity;
      if (progress !== undefined) this.rates.see(activity.id, progress);
      const text = describe(activity, this.rates);
      if (text === undefined) continue;
      shown.add(activity.id);
      const total = progress?.total ?? 1;
      const done = progress?.total === null ? 0 : Math.min(progress?.done ?? 0, total);
      const bar = this.bars.get(activity.id) ?? this.multi.create(Math.max(1, total), done, { text });
      this.bars.set(activity.id, bar);
      bar.setTotal(Math.max(1, total));
      bar.update(done, { text });
    }
    for (const [id, bar] of this.bars) {
      if (shown.has(id)) continue;
      this.multi.remove(bar);
      this.bars.delete(id);
    }
  }

  stop(): void {
    for (const bar of this.bars.values()) this.multi.remove(bar);
    this.multi.stop();
  }
}

/** Rates from what was seen at two looks, for a time left. */
class Rates {
  private readonly first = new Map<string, { at: number; done: number }>();

  see(id: string, progress: Progress): void {
    const seen = this.first.get(id);
    if (seen === undefined || progress.done < seen.done)
      this.first.set(id, { at: Date.now(), done: progress.done });
  }

  /** Units a second, `undefined` before there is anything to tell. */
  of(id: string, progress: Progress): number | undefined {
    const seen = this.first.get(id);
    if (seen === undefined || progress.done <= seen.done) return undefined;
    const seconds = (Date.now() - seen.at) / 1000;
    return seconds < 1 ? undefined : (progress.done - seen.done) / seconds;
  }
}

function describe(activity: PendingActivity, rates: Rates): string | undefined {
  const { progress } = activity;
  const retry =
    activity.attempt > 1 && activity.lastFailure !== undefined
      ? ` [attempt ${activity.attempt}; last: ${activity.lastFailure.slice(0, 120)}]`
      : '';
  if (progress === undefined) return retry === '' ? undefined : `${activity.type}${retry}`;
  const amount = (value: number): string =>
    progress.unit === 'bytes' ? formatBytes(value) : formatCount(Math.round(value));
  const total = progress.total === null ? '' : ` of ${amount(progress.total)}`;
  const rate = rates.of(activity.id, progress);
  const speed =
    rate === undefined
      ? ''
      : `, ${progress.unit === 'bytes' ? formatBytes(rate) : rate.toPrecision(3)}${progress.unit === 'bytes' ? '/s' : ` ${progress.unit}/s`}`;
  const left =
    rate === undefined || progress.total === null || progress.done >= progress.total
      ? ''
      : `, ${formatSeconds((progress.total - progress.done) / rate)} left`;
  const unit = progress.unit === 'bytes' ? '' : ` ${progress.unit}`;
  const note = progress.note === undefined ? '' : ` (${progress.note})`;
  return `${progress.stage} ${progress.label}: ${amount(progress.done)}${total}${unit}${speed}${left}${note}${retry}`;
}
