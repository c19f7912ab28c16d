import { TokenFinder, type AddedToken } from './added-tokens.js';
import { BytePairMerges, type BytePairModel } from './byte-pair-merges.js';
import type { Cut } from './piece-rule.js';

/** A tokenizer without control tokens. */
export interface BareTokenizer {
  encode(text: string): readonly number[];
  decode(ids: readonly number[]): string;
}

/** Distinct pieces that are kept with their ids. Natural language repeats itself: most look-ups hit. */
const cacheLimit = 200_000;
const longestCached = 64;

/** Encodes piece by piece, with a cache of pieces. */
export class BytePairTokenizer implements BareTokenizer {
  readonly #model: BytePairModel;
  readonly #cut: Cut;
  readonly #merges: BytePairMerges;
  readonly #finder: TokenFinder;
  readonly #added: ReadonlyMap<number, Uint8Array>;
  readonly #cache = new Map<string, number | readonly number[]>();

  /** @param textTokens - the added tokens that text may hold. */
  constructor(model: BytePairModel, cut: Cut, textTokens: readonly AddedToken[]) {
    this.#model = model;
    this.#cut = cut;
    this.#merges = new BytePairMerges(model);
    this.#finder = new TokenFinder(textTokens);
    this.#added = new Map(textTokens.map(({ id, content }) => [id, Buffer.from(content)]));
  }

  encode(text: string): readonly number[] {
    const ids: number[] = [];
    for (const part of this.#finder.cut(text))
      if (typeof part === 'number') ids.push(part);
      else for (const piece of this.#cut(part)) this.#encodePiece(piece, ids);
    return ids;
  }

  decode(ids: readonly number[]): string {
    const bytes = ids.map((id) => this.#added.get(id) ?? this.#model.vocabulary.bytesOf(id) ?? unknownBytes);
    return Buffer.concat(bytes).toString('utf8');
  }

  #encodePiece(piece: string, ids: number[]): void {
    const cached = this.#cache.get(piece) ?? this.#merge(piece);
    if (typeof cached === 'number') ids.push(cached);
    else for (const id of cached) ids.push(id);
  }

  #merge(piece: string): number | readonly number[] {
    const ids = this.#merges.encode(piece);
    const [only = 0] = ids;
    const merged = ids.length === 1 ? only : ids;
    if (piece.length > longestCached) return merged;
    if (this.#cache.size >= cacheLimit) this.#cache.clear();
    this.#cache.set(ownText(piece), merged);
    return merged;
  }
}

/**
 * A copy: V8 makes a long piece a view of the text that it is from, which would stay with it in the cache.
 */
const ownText = (piece: string): string => Buffer.from(piece, 'utf16le').toString('utf16le');

/** An id that no token has is shown as U+FFFD, as bytes that are no UTF-8 are. */
const unknownBytes = Buffer.from('\ufffd');
