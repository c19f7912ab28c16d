import type { LengthReport } from '../../../core/contracts/tokens.js';
import type { TokenRow } from './token-piece.js';

/** Collects the lengths of one source's rows. */
export class LengthTally {
  #lengths: number[] = [];
  #tokens = 0;
  #trainedTokens = 0;
  #truncated = 0;
  #lostLastAnswer = 0;
  #untrained = 0;

  add(row: TokenRow): void {
    this.#lengths.push(row.fullLength);
    this.#tokens += row.length;
    this.#trainedTokens += row.trained;
    if (row.fullLength > row.length) this.#truncated += 1;
    this.#lostLastAnswer += row.lostLastAnswer;
    if (row.trained === 0) this.#untrained += 1;
  }

  report(source: string): LengthReport {
    const sorted = Uint32Array.from(this.#lengths).sort();
    // Nearest rank: the smallest length that at least that share of the rows does not exceed.
    const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
    return {
      source,
      rows: sorted.length,
      tokens: this.#tokens,
      trainedTokens: this.#trainedTokens,
      quantiles: [at(0.5), at(0.9), at(0.99), at(1)],
      truncated: this.#truncated,
      lostLastAnswer: this.#lostLastAnswer,
      untrained: this.#untrained,
    };
  }
}
