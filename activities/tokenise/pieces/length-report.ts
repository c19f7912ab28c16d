import type { LengthReport, SourceUntrained, UntrainedParts } from '../../../core/contracts/tokens.js';
import type { TokenRow } from './token-piece.js';
import { addUntrainedParts, nothingUntrained } from './untrained-parts.js';

/** Collects the lengths of one source's rows. */
export class LengthTally {
  #rows = 0;
  #lengths: number[] = [];
  #tokens = 0;
  #trainedTokens = 0;
  #truncated = 0;
  #lostLastAnswer = 0;
  #untrained = 0;
  #parts = nothingUntrained;

  add(row: TokenRow): void {
    this.#rows += 1;
    if (row.fullLength > 0) this.#lengths.push(row.fullLength);
    this.#tokens += row.length;
    this.#trainedTokens += row.trained;
    if (row.fullLength > row.length) this.#truncated += 1;
    this.#lostLastAnswer += row.lostLastAnswer;
    if (row.trained === 0) this.#untrained += 1;
  }

  addParts(parts: UntrainedParts): void {
    this.#parts = addUntrainedParts(this.#parts, parts);
  }

  /** `undefined` where there is nothing of it. */
  untrained(source: string): SourceUntrained | undefined {
    const { refused, weightZero, reasoningLeftOut, named } = this.#parts;
    const hasAny = Object.keys(refused).length > 0 || weightZero + reasoningLeftOut + named > 0;
    return hasAny ? { source, rows: this.#rows, ...this.#parts } : undefined;
  }

  report(source: string): LengthReport {
    const sorted = Uint32Array.from(this.#lengths).sort();
    // Nearest rank: the smallest length that at least that share of the rows does not exceed.
    const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
    return {
      source,
      rows: this.#rows,
      tokens: this.#tokens,
      trainedTokens: this.#trainedTokens,
      quantiles: [at(0.5), at(0.9), at(0.99), at(1)],
      truncated: this.#truncated,
      lostLastAnswer: this.#lostLastAnswer,
      untrained: this.#untrained,
    };
  }
}
