import type { PairTable } from './pair-table.js';
import type { Vocabulary } from './vocabulary.js';

/** A byte-level byte-pair tokenizer. */
export interface BytePairModel {
  /** Every byte is a token of its own. */
  readonly vocabulary: Vocabulary;
  readonly pairs: PairTable;
  /** Whether a piece that is a token is that token, however its bytes would merge. */
  readonly wholeFirst: boolean;
}

/** A merge that may be done: its rank and position in one number, so that the lowest comes first. */
const positions = 2 ** 32;

/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016, over bytes as in GPT-2): the adjacent pair of the
 * lowest rank is merged, the leftmost of several, until no pair has a rank. Candidates are in a heap, so that
 * a piece of n bytes takes O(n log n).
 */
export class BytePairMerges {
  readonly #model: BytePairModel;
  readonly #idOfByte: Int32Array;
  readonly #utf8 = new TextEncoder();
  #bytes = new Uint8Array(0);
  /** By position: the id that begins there, and where the next and the one before begin; ends are −1. */
  #ids = new Int32Array(0);
  #next = new Int32Array(0);
  #before = new Int32Array(0);
  /** By position: the slot of the pair that begins there; −1 for none. */
  #pairAt = new Int32Array(0);
  /** A binary heap. Entries whose pair has changed since stay, and are passed over. */
  #heap = new Float64Array(0);
  #heapSize = 0;

  constructor(model: BytePairModel) {
    this.#model = model;
    this.#idOfByte = Int32Array.from({ length: 256 }, (_, byte) =>
      model.vocabulary.find(Uint8Array.of(byte)),
    );
  }

  /** Ids of a piece of text: of what no merge crosses. */
  encode(piece: string): number[] {
    if (piece.length * 3 > this.#bytes.length) this.#grow(piece.length * 6);
    const { written: count } = this.#utf8.encodeInto(piece, this.#bytes);
    if (this.#model.wholeFirst) {
      const whole = this.#model.vocabulary.find(this.#bytes, 0, count);
      if (whole >= 0) return [whole];
    }
    this.#begin(count);
    this.#mergeAll();
    const ids: number[] = [];
    for (let at = 0; at >= 0 && at < count; at = this.#next[at] ?? -1) ids.push(this.#ids[at] ?? 0);
    return ids;
  }

  #begin(count: number): void {
    for (let at = 0; at < count; at += 1) {
      this.#ids[at] = this.#idOfByte[this.#bytes[at] ?? 0] ?? 0;
      this.#next[at] = at + 1 < count ? at + 1 : -1;
      this.#before[at] = at - 1;
    }
    this.#heapSize = 0;
    for (let at = 0; at < count; at += 1) this.#consider(at);
  }

  #mergeAll(): void {
    const { pairs } = this.#model;
    while (this.#heapSize > 0) {
      const candidate = this.#pop();
      const at = candidate % positions;
      const slot = this.#pairAt[at] ?? -1;
      if (slot < 0 || pairs.rank(slot) !== (candidate - at) / positions) continue;
      const gone = this.#next[at] ?? -1;
      const next = this.#next[gone] ?? -1;
      this.#ids[at] = pairs.merged(slot);
      this.#pairAt[gone] = -1;
      this.#next[at] = next;
      if (next >= 0) this.#before[next] = at;
      this.#consider(at);
      const before = this.#before[at] ?? -1;
      if (before >= 0) this.#consider(before);
    }
  }

  /** The pair that begins at a position becomes a candidate. */
  #consider(at: number): void {
    const next = this.#next[at] ?? -1;
    const slot = next < 0 ? -1 : this.#model.pairs.find(this.#ids[at] ?? 0, this.#ids[next] ?? 0);
    this.#pairAt[at] = slot;
    if (slot >= 0) this.#push(this.#model.pairs.rank(slot) * positions + at);
  }

  #push(candidate: number): void {
    const heap = this.#heap;
    let at = this.#heapSize;
    this.#heapSize += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] ?? 0;
      if (above <= candidate) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = candidate;
  }

  #pop(): number {
    const heap = this.#heap;
    const lowest = heap[0] ?? 0;
    this.#heapSize -= 1;
    const size = this.#heapSize;
    const last = heap[size] ?? 0;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child += 1;
      const below = heap[child] ?? 0;
      if (last <= below) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return lowest;
  }

  /** Room for pieces of this many bytes. Of every merge come two candidates, and one of every byte. */
  #grow(length: number): void {
    this.#bytes = new Uint8Array(length);
    this.#ids = new Int32Array(length);
    this.#next = new Int32Array(length);
    this.#before = new Int32Array(length);
    this.#pairAt = new Int32Array(length);
    this.#heap = new Float64Array(length * 3);
  }
}
