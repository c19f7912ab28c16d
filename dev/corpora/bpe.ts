import { byteAlphabet } from '../../core/training/byte-alphabet.js';

/**
 * A small byte-level BPE trainer: the algorithm of GPT-2, with ties broken so that the result is always the
 * same.
 */

/** Qwen2 and Qwen3 cut text with this before BPE, in the syntax of Hugging Face tokenizers. */
export const qwenPattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** The same in JavaScript; Node 20 has no inline `(?i:`. */
const cut = new RegExp(
  qwenPattern.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)", "'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])"),
  'gu',
);

export interface Bpe {
  /** Token by id: the 256 byte letters in code point order, then one token a merge. */
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [left: string, right: string])[];
}

/**
 * Trains until there are `size` tokens, or until no pair is left.
 *
 * @param size - tokens without special ones, 256 or more.
 */
export function trainBpe(texts: Iterable<string>, size: number): Bpe {
  const words = countWords(texts);
  const tokens = byteAlphabet.slice().sort();
  const merges: (readonly [string, string])[] = [];
  while (tokens.length < size) {
    const best = mostFrequentPair(words);
    if (best === undefined) break;
    const [left, right] = best;
    merges.push(best);
    tokens.push(left + right);
    for (const word of words) word.symbols = merged(word.symbols, left, right);
  }
  return { tokens, merges };
}

interface Word {
  symbols: readonly string[];
  readonly count: number;
}

function countWords(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const [word] of text.normalize('NFC').matchAll(cut)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({
    symbols: [...Buffer.from(word, 'utf8')].map((byte) => byteAlphabet[byte] ?? ''),
    count,
  }));
}

/** Ties go to the pair that sorts first, so that the order of the texts does not matter. */
function mostFrequentPair(words: readonly Word[]): readonly [string, string] | undefined {
  const counts = new Map<string, number>();
  for (const { symbols, count } of words)
    for (let i = 0; i + 1 < symbols.length; i += 1) {
      // A space is no letter of the byte alphabet, so it separates.
      const pair = `${symbols[i] ?? ''} ${symbols[i + 1] ?? ''}`;
      counts.set(pair, (counts.get(pair) ?? 0) + count);
    }
  let best: string | undefined;
  let most = 0;
  for (const [pair, count] of counts)
    if (count > most || (count === most && best !== undefined && pair < best)) {
      best = pair;
      most = count;
    }
  if (best === undefined) return undefined;
  const [left = '', right = ''] = best.split(' ');
  return [left, right];
}

function merged(symbols: readonly string[], left: string, right: string): readonly string[] {
  if (!symbols.includes(left)) return symbols;
  const result: string[] = [];
  for (let i = 0; i < symbols.length; i += 1) {
    const symbol = symbols[i] ?? '';
    if (symbol === left && symbols[i + 1] === right) {
      result.push(left + right);
      i += 1;
    } else result.push(symbol);
  }
  return result;
}
