import { BarScreen } from './bar-screen.js';
import { progressLine, Rates } from './progress-line.js';
import type { WorkUnderWay } from './progress-line.js';

/** Shows a watched run: a line for each event, and the work that is under way. */
export interface Screen {
  line(text: string): void;
  /** Replaces the work that is shown as under way. */
  show(work: readonly WorkUnderWay[]): void;
  stop(): void;
}

/** Progress bars on a terminal; elsewhere, for instance in a log, lines. */
export function openScreen(stream: NodeJS.WriteStream = process.stderr): Screen {
  return stream.isTTY ? new BarScreen(stream) : new LineScreen(stream);
}

const showEveryMs = 10_000;

class LineScreen implements Screen {
  readonly #stream: NodeJS.WriteStream;
  readonly #rates = new Rates();
  #shownAtMs = Date.now();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  line(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  show(work: readonly WorkUnderWay[]): void {
    for (const piece of work) this.#rates.record(piece);
    if (Date.now() - this.#shownAtMs < showEveryMs) return;
    this.#shownAtMs = Date.now();
    for (const piece of work) {
      const text = progressLine(piece, this.#rates);
      if (text !== undefined) this.line(`  … ${text}`);
    }
  }

  stop(): void {}
}
