import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import type { Conversation } from '../../../core/convert/conversation/conversation.js';
import { trainedTokens } from '../../../core/training/datum.js';
import type { ConversationExamples } from '../../../core/training/examples.js';
import type { Renderer } from '../../../core/training/rendering/renderer.js';
import {
  addUntrainedParts,
  nothingUntrained,
  untrainedPartsOf,
} from '../../../core/training/untrained-parts.js';
import { LengthTally } from './length-tally.js';
import { lengthsName } from './source-lengths.js';
import { examplesName, maskName, tokensName, type TokenPieceMeta } from './token-piece.js';

/** The tokens of an example. Absent: a line has none. */
type Tokenised = Pick<ConversationExamples['examples'][number], 'tokens' | 'mask' | 'lastMessageAt'>;

const noExample: Tokenised = { tokens: [], mask: [], lastMessageAt: 0 };

/** Collects the examples of a `token-piece`, in line order, and writes its files. */
export class TokenPieceBuilder {
  readonly #renderer: Renderer;
  readonly #maxTokens: number;
  /** Of each example. Typed arrays: a piece has tens of millions of tokens. */
  readonly #ids: Int32Array[] = [];
  readonly #masks: Uint8Array[] = [];
  #tokens = 0;
  readonly #entries: number[][] = [];
  /** By the position of the source in the mix. */
  readonly #tallies = new Map<number, LengthTally>();
  readonly #untrainedParts: TokenPieceMeta['untrainedParts'] = {};
  #rows = 0;
  #trainedRows = 0;
  #trainedExamples = 0;
  #trainedTokens = 0;

  constructor(renderer: Renderer, maxTokens: number) {
    this.#renderer = renderer;
    this.#maxTokens = maxTokens;
  }

  /**
   * Adds a line.
   *
   * @param source - position of its source in the mix.
   */
  add(conversation: Conversation, made: ConversationExamples, source: number): void {
    const trainedBefore = this.#trainedExamples;
    for (const example of made.examples) this.#add(example, source);
    if (made.examples.length === 0) this.#add(noExample, source);
    if (this.#trainedExamples > trainedBefore) this.#trainedRows += 1;
    this.#rows += 1;
    const parts = untrainedPartsOf(this.#renderer, conversation, made);
    this.#untrainedParts[source] = addUntrainedParts(this.#untrainedParts[source] ?? nothingUntrained, parts);
  }

  #add({ tokens, mask, lastMessageAt }: Tokenised, source: number): void {
    const length = Math.min(tokens.length, this.#maxTokens);
    const trained = trainedTokens(mask, length);
    const lostLastAnswer = length > 0 && lastMessageAt >= length ? 1 : 0;
    const fullLength = tokens.length;
    this.#entries.push([this.#tokens, length, fullLength, trained, source, lostLastAnswer, this.#rows]);
    this.#tallyOf(source).add({ length, fullLength, trained, lostLastAnswer, line: this.#rows });
    this.#ids.push(Int32Array.from(tokens.slice(0, length)));
    this.#masks.push(Uint8Array.from(mask.slice(0, length)));
    this.#tokens += length;
    if (trained > 0) this.#trainedExamples += 1;
    this.#trainedTokens += trained;
  }

  #tallyOf(source: number): LengthTally {
    const tally = this.#tallies.get(source) ?? new LengthTally();
    this.#tallies.set(source, tally);
    return tally;
  }

  /** Writes the files into `dir`. */
  async write(dir: string): Promise<TokenPieceMeta> {
    const files = [
      [tokensName, Buffer.concat(this.#ids.map(littleEndian))],
      [maskName, Buffer.concat(this.#masks)],
      [examplesName, littleEndian(Uint32Array.from(this.#entries.flat()))],
    ] as const;
    const hash = createHash('sha256');
    for (const [name, bytes] of files) {
      hash.update(`${name} ${bytes.byteLength}\n`).update(bytes);
      await writeFile(join(dir, name), bytes);
    }
    const lengths = [...this.#tallies].map(([source, tally]) => [source, tally.lengths()] as const);
    await writeFile(join(dir, lengthsName), JSON.stringify(Object.fromEntries(lengths)));
    return {
      rows: this.#rows,
      trainedRows: this.#trainedRows,
      entries: this.#entries.length,
      trainedExamples: this.#trainedExamples,
      tokens: this.#tokens,
      trainedTokens: this.#trainedTokens,
      untrainedParts: this.#untrainedParts,
      sha256: hash.digest('hex'),
    };
  }
}

/** Typed arrays have the byte order of the machine. */
function littleEndian(values: Int32Array | Uint32Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === 'LE' ? bytes : bytes.swap32();
}
