import { z } from 'zod';
import { byteAlphabet } from '../../../core/training/byte-alphabet.js';

const BytePairModel = z.looseObject({
  type: z.literal('BPE'),
  vocab: z.record(z.string(), z.int().min(0)),
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  dropout: z.null().optional(),
  continuing_subword_prefix: z.union([z.null(), z.literal('')]).optional(),
  end_of_word_suffix: z.union([z.null(), z.literal('')]).optional(),
  byte_fallback: z.literal(false).optional(),
  ignore_merges: z.boolean().default(false),
});

/** Longer pieces take quadratic time here; they are rare, and the library's queue is for them. Bytes. */
const longestBytes = 256;

/** Ids of a piece of text (what no merge crosses); `undefined` where the piece is left to the library. */
export type BytePairMerges = (piece: string) => number[] | undefined;

/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016, over bytes as in GPT-2): the adjacent pair of the
 * lowest rank is merged, the leftmost of several, until no pair has a rank. The library looks pairs up as
 * JSON texts; here they are pairs of ids in one table, which makes a piece that was not met before about ten
 * times cheaper. The ids are the same: a test holds both together.
 *
 * @param model The `model` of a tokenizer.json.
 * @returns `undefined` where the model is none that this is exact for.
 */
export function bytePairMerges(model: unknown): BytePairMerges | undefined {
  const parsed = BytePairModel.safeParse(model);
  if (!parsed.success) return undefined;
  const { merges, ignore_merges: wholeFirst } = parsed.data;
  const vocab = new Map(Object.entries(parsed.data.vocab));
  const idOfByte = byteIds(vocab);
  const table = idOfByte === undefined ? undefined : pairTable(vocab, merges);
  if (idOfByte === undefined || table === undefined) return undefined;

  const bytes = new Uint8Array(longestBytes);
  const utf8 = new TextEncoder();
  const ids = new Int32Array(longestBytes);
  const ranks = new Int32Array(longestBytes);
  return (piece) => {
    const { read, written } = utf8.encodeInto(piece, bytes);
    if (read < piece.length) return undefined;
    if (wholeFirst) {
      let spelled = '';
      for (let at = 0; at < written; at += 1) spelled += byteAlphabet[bytes[at] ?? 0];
      const whole = vocab.get(spelled);
      if (whole !== undefined) return [whole];
    }
    for (let at = 0; at < written; at += 1) ids[at] = idOfByte[bytes[at] ?? 0] ?? 0;
    return Array.from(ids.subarray(0, mergeAll(ids, ranks, written, table)));
  };
}

/** Merges in place. @returns How many ids are left. */
function mergeAll(ids: Int32Array, ranks: Int32Array, count: number, table: PairTable): number {
  const rankAt = (at: number): number => {
    const slot = table.find(ids[at] ?? 0, ids[at + 1] ?? 0);
    return slot < 0 ? noRank : (table.ranks[slot] ?? noRank);
  };
  for (let at = 0; at + 1 < count; at += 1) ranks[at] = rankAt(at);
  for (let length = count; ; length -= 1) {
    let best = -1;
    let bestRank = noRank;
    for (let at = 0; at + 1 < length; at += 1) {
      const rank = ranks[at] ?? noRank;
      if (rank < bestRank) {
        bestRank = rank;
        best = at;
      }
    }
    if (best < 0) return length;
    ids[best] = table.merged[table.find(ids[best] ?? 0, ids[best + 1] ?? 0)] ?? 0;
    ids.copyWithin(best + 1, best + 2, length);
    ranks.copyWithin(best + 1, best + 2, length);
    if (best + 2 < length) ranks[best] = rankAt(best);
    if (best > 0) ranks[best - 1] = rankAt(best - 1);
  }
}

const noRank = 0x7fffffff;

/** Pairs of ids, hashed with open addressing. */
interface PairTable {
  /** Slot of a pair, or −1. */
  find(left: number, right: number): number;
  readonly ranks: Int32Array;
  readonly merged: Int32Array;
}

/** `undefined` where a merge names a token that the vocabulary lacks. */
function pairTable(
  vocab: ReadonlyMap<string, number>,
  merges: readonly (string | readonly [string, string])[],
): PairTable | undefined {
  const size = 2 ** Math.ceil(Math.log2(merges.length * 2 + 2));
  const [lefts, rights] = [new Int32Array(size).fill(-1), new Int32Array(size)];
  const [ranks, merged] = [new Int32Array(size), new Int32Array(size)];
  const slotOf = (left: number, right: number): number => {
    let slot = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & (size - 1);
    while (lefts[slot] !== -1 && (lefts[slot] !== left || rights[slot] !== right))
      slot = (slot + 1) & (size - 1);
    return slot;
  };
  for (const [rank, merge] of merges.entries()) {
    const [left = '', right = ''] = typeof merge === 'string' ? merge.split(' ', 2) : merge;
    const [leftId, rightId, id] = [vocab.get(left), vocab.get(right), vocab.get(left + right)];
    if (leftId === undefined || rightId === undefined || id === undefined) return undefined;
    const slot = slotOf(leftId, rightId);
    // A pair that is named twice has its last rank, as in the library's map.
    lefts[slot] = leftId;
    rights[slot] = rightId;
    ranks[slot] = rank;
    merged[slot] = id;
  }
  const find = (left: number, right: number): number => {
    const slot = slotOf(left, right);
    return lefts[slot] === -1 ? -1 : slot;
  };
  return { find, ranks, merged };
}

/** Id of each byte as its own token; `undefined` where one has none. */
function byteIds(vocab: ReadonlyMap<string, number>): Int32Array | undefined {
  const ids = byteAlphabet.map((letter) => vocab.get(letter));
  return ids.includes(undefined) ? undefined : Int32Array.from(ids, (id) => id ?? 0);
}
