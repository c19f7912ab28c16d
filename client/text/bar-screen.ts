import cliProgress from 'cli-progress';
import type { MultiBar, SingleBar } from 'cli-progress';
import { progressLine, Rates } from './progress-line.js';
import type { WorkUnderWay } from './progress-line.js';
import type { Screen } from './screen.js';

/** A bar for each piece of work at the bottom of a terminal; event lines scroll above. */
export class BarScreen implements Screen {
  readonly #bars = new Map<string, SingleBar>();
  readonly #rates = new Rates();
  readonly #multi: MultiBar;

  constructor(stream: NodeJS.WriteStream) {
    this.#multi = new cliProgress.MultiBar({
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
    this.#multi.log(`${text}\n`);
    this.#multi.update();
  }

  show(work: readonly WorkUnderWay[]): void {
    const shown = new Set<string>();
    for (const piece of work) {
      this.#rates.record(piece);
      const text = progressLine(piece, this.#rates);
      if (text === undefined) continue;
      shown.add(piece.id);
      this.#draw(piece, text);
    }
    for (const [id, bar] of this.#bars) {
      if (shown.has(id)) continue;
      this.#multi.remove(bar);
      this.#bars.delete(id);
    }
  }

  stop(): void {
    for (const bar of this.#bars.values()) this.#multi.remove(bar);
    this.#multi.stop();
  }

  #draw({ id, progress }: WorkUnderWay, text: string): void {
    const total = Math.max(1, progress?.total ?? 1);
    // Without a total the bar stays empty.
    const done = progress?.total === null ? 0 : Math.min(progress?.done ?? 0, total);
    const bar = this.#bars.get(id) ?? this.#multi.create(total, done, { text });
    this.#bars.set(id, bar);
    bar.setTotal(total);
    bar.update(done, { text });
  }
}
