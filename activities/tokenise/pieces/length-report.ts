import type { LengthReport, SourceUntrained, UntrainedParts } from '../../../core/contracts/tokens.js';
import { addUntrainedParts, nothingUntrained } from '../../../core/training/untrained-parts.js';
import type { ExampleEntry } from './token-piece.js';

/** Collects the lengths of one source's examples. */
export class LengthTally {
  #rows = 0;
  #trainedRows = 0;
  /** The last line that was added, and the last one with a trained token. */
  #last = { line: -1, trained: -1 };
  #lengths: number[] = [];
  #tokens = 0;
  #trainedTokens = 0;
  #truncated = 0;
  #lostLastAnswer = 0;
  #parts = nothingUntrained;

  /** @param line - of its file; rising. */
  add(entry: ExampleEntry, line: number): void {
    if (line !== this.#last.line) this.#rows += 1;
    this.#last.line = line;
    if (entry.trained > 0 && line !== this.#last.trained) {
      this.#trainedRows += 1;
      this.#last.trained = line;
    }
    if (entry.fullLength > 0) this.#lengths.push(entry.fullLength);
    this.#tokens += entry.length;
    this.#trainedTokens += entry.trained;
    if (entry.fullLength > entry.length) this.#truncated += 1;
    this.#lostLastAnswer += entry.lostLastAnswer;
  }

  addParts(parts: UntrainedParts): void {
    this.#parts = addUntrainedParts(this.#parts, parts);
  }

  /** `undefined` where there is nothing of it. */
  untrained(source: string): SourceUntrained | undefined {
    const {
      refused,
      weightZero,
      reasoningLeftOut,
      refusedTurns = {},
      named,
      incompleteResults = 0,
    } = this.#parts;
    const refusals = Object.keys(refused).length + Object.keys(refusedTurns).length;
    const hasAny = refusals + weightZero + reasoningLeftOut + named + incompleteResults > 0;
    return hasAny ? { source, rows: this.#rows, ...this.#parts } : undefined;
  }

  report(source: string): LengthReport {
    const sorted = Uint32Array.from(this.#lengths).sort();
    // Nearest rank: the smallest length that at least that share of the examples does not exceed.
    const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
    return {
      source,
      rows: this.#rows,
      examples: sorted.length,
      tokens: this.#tokens,
      trainedTokens: this.#trainedTokens,
      quantiles: [at(0.5), at(0.9), at(0.99), at(1)],
      truncated: this.#truncated,
      lostLastAnswer: this.#lostLastAnswer,
      untrained: this.#rows - this.#trainedRows,
    };
  }
}
