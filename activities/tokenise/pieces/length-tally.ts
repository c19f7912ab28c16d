import type { LengthReport, SourceUntrained, UntrainedParts } from '../../../core/contracts/tokens.js';
import { addUntrainedParts, nothingUntrained } from '../../../core/training/untrained-parts.js';
import { examplesByLength, type SourceLengths } from './source-lengths.js';
import { datumTokens, type ExampleEntry } from './token-piece.js';

/** Adds up the lengths of one source's examples, of a piece or of several. */
export class LengthTally {
  readonly #counts = {
    rows: 0,
    trainedRows: 0,
    tokens: 0,
    trainedTokens: 0,
    tokensPerEpoch: 0,
    truncated: 0,
    lostLastAnswer: 0,
  };
  /** Examples by their length before truncation. */
  readonly #lengths = new Map<number, number>();
  /** The last line that was added, and the last one with a trained token. */
  #last = { line: -1, trained: -1 };
  #parts = nothingUntrained;

  /** Adds an example of a piece, or a line without one. Lines rise. */
  add(entry: Pick<ExampleEntry, 'length' | 'fullLength' | 'trained' | 'lostLastAnswer' | 'line'>): void {
    const counts = this.#counts;
    const { line, length, fullLength, trained, lostLastAnswer } = entry;
    if (line !== this.#last.line) counts.rows += 1;
    this.#last.line = line;
    if (trained > 0 && line !== this.#last.trained) {
      counts.trainedRows += 1;
      this.#last.trained = line;
    }
    if (fullLength > 0) this.#addLengths(fullLength, 1);
    counts.tokens += length;
    counts.trainedTokens += trained;
    counts.tokensPerEpoch += datumTokens(entry);
    if (fullLength > length) counts.truncated += 1;
    counts.lostLastAnswer += lostLastAnswer;
  }

  /** Adds what a piece has of the source. */
  addPiece({ lengths, ...counts }: SourceLengths): void {
    for (const [name, value] of Object.entries(counts) as [keyof typeof counts, number][])
      this.#counts[name] += value;
    for (const [length, examples] of examplesByLength(lengths)) this.#addLengths(length, examples);
  }

  addParts(parts: UntrainedParts): void {
    this.#parts = addUntrainedParts(this.#parts, parts);
  }

  #addLengths(length: number, examples: number): void {
    this.#lengths.set(length, (this.#lengths.get(length) ?? 0) + examples);
  }

  lengths(): SourceLengths {
    return { ...this.#counts, lengths: [...this.#lengths].sort(([a], [b]) => a - b).flat() };
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
    return hasAny ? { source, rows: this.#counts.rows, ...this.#parts } : undefined;
  }

  report(source: string): LengthReport {
    const { rows, trainedRows, tokens, trainedTokens, truncated, lostLastAnswer } = this.#counts;
    const { lengths } = this.lengths();
    const examples = examplesIn(lengths);
    const at = (part: number): number => lengthAt(lengths, Math.max(1, Math.ceil(part * examples)));
    return {
      source,
      rows,
      examples,
      tokens,
      trainedTokens,
      quantiles: [at(0.5), at(0.9), at(0.99), at(1)],
      truncated,
      lostLastAnswer,
      untrained: rows - trainedRows,
    };
  }
}

/** How many there are. */
function examplesIn(lengths: SourceLengths['lengths']): number {
  let all = 0;
  for (const [, examples] of examplesByLength(lengths)) all += examples;
  return all;
}

/** Nearest rank: the smallest length that at least `rank` examples do not exceed; 0 without examples. */
function lengthAt(lengths: SourceLengths['lengths'], rank: number): number {
  let before = 0;
  for (const [length, examples] of examplesByLength(lengths)) {
    before += examples;
    if (before >= rank) return length;
  }
  return 0;
}
