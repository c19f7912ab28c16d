import { HeadraceError } from '../../../core/errors.js';
import type { BytePairModel } from './byte-pair-merges.js';
import { PairTable } from './pair-table.js';
import { Vocabulary } from './vocabulary.js';

const [space, newline, carriageReturn, padding] = [0x20, 0x0a, 0x0d, 0x3d];
const [zero, nine] = [0x30, 0x39];

/**
 * Reads a file of `tiktoken` (https://github.com/openai/tiktoken, load.py): a line for each token, with its
 * bytes in Base64, a space and its rank. The rank is the id. Two adjacent tokens merge where both together
 * are a token, and the lowest id is merged first; so every way to cut a token into two is a merge.
 *
 * @param file - For users.
 * @throws {HeadraceError} TokenizerError, with the line, where one is damaged or names a token again, or
 * where one of the 256 bytes is missing.
 */
export function readTiktoken(bytes: Buffer, file: string): BytePairModel {
  const vocabulary = new Vocabulary();
  const token = new Uint8Array(1024);
  let line = 0;
  for (let begin = 0; begin < bytes.length;) {
    const found = bytes.indexOf(newline, begin);
    const next = found < 0 ? bytes.length : found;
    const end = bytes[next - 1] === carriageReturn ? next - 1 : next;
    line += 1;
    if (end > begin) {
      const gap = bytes.indexOf(space, begin);
      const length = gap < 0 ? 0 : decodeBase64(bytes, begin, gap, token);
      const rank = gap < 0 ? -1 : naturalOf(bytes, gap + 1, end);
      if (length === 0 || rank < 0) fail(file, line, bytes.subarray(begin, end), 'is damaged');
      if (!vocabulary.add(rank, token, 0, length))
        fail(file, line, bytes.subarray(begin, end), 'has the token or the rank of an earlier line');
    }
    begin = next + 1;
  }
  for (let byte = 0; byte < 256; byte += 1)
    if (vocabulary.find(Uint8Array.of(byte)) < 0)
      throw new HeadraceError(
        'TokenizerError',
        `${file} has ${line} lines, and none for the byte 0x${byte.toString(16).padStart(2, '0')}; ` +
          'expected every byte as a token of its own',
        { remedy },
      );
  return { vocabulary, pairs: pairsOf(vocabulary), wholeFirst: true };
}

const remedy = 'Get the file again from where it comes from, or name another tokenizer in train.tokenizer.';

function fail(file: string, line: number, found: Buffer, problem: string): never {
  const shown = JSON.stringify(found.toString('latin1', 0, 60));
  throw new HeadraceError(
    'TokenizerError',
    `${file}, line ${line} ${problem}: ${shown}; expected a token in Base64, a space and its rank, such as "aGVsbG8= 24912"`,
    { remedy },
  );
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const sextets = new Int8Array(256).fill(-1);
for (const [sextet, letter] of alphabet.split('').entries()) sextets[letter.charCodeAt(0)] = sextet;

/** @returns How many bytes; 0 where `[from, to)` is not Base64, or is more than `token` holds. */
function decodeBase64(bytes: Buffer, from: number, to: number, token: Uint8Array): number {
  let last = to;
  while (last > from && to - last < 2 && bytes[last - 1] === padding) last -= 1;
  const length = ((to - from) / 4) * 3 - (to - last);
  if ((to - from) % 4 !== 0 || length > token.length) return 0;
  let bits = 0;
  for (let at = from; at < to; at += 1) {
    const sextet = at < last ? (sextets[bytes[at] ?? 0] ?? -1) : 0;
    if (sextet < 0) return 0;
    bits = (bits << 6) | sextet;
    if ((at - from) % 4 !== 3) continue;
    const first = ((at - from) >> 2) * 3;
    token[first] = bits >> 16;
    token[first + 1] = bits >> 8;
    token[first + 2] = bits;
    bits = 0;
  }
  return length;
}

/** @returns −1 where `[from, to)` is no natural number of at most 7 digits. */
function naturalOf(bytes: Buffer, from: number, to: number): number {
  if (to === from || to - from > 7) return -1;
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = bytes[at] ?? 0;
    if (digit < zero || digit > nine) return -1;
    value = value * 10 + digit - zero;
  }
  return value;
}

function pairsOf(vocabulary: Vocabulary): PairTable {
  const pairs = new PairTable();
  for (let id = 0; id <= vocabulary.highestId; id += 1) {
    const token = vocabulary.bytesOf(id);
    if (token === undefined) continue;
    for (let cut = 1; cut < token.length; cut += 1) {
      const left = vocabulary.find(token, 0, cut);
      const right = left < 0 ? -1 : vocabulary.find(token, cut);
      if (right >= 0) pairs.add(left, right, id, id);
    }
  }
  return pairs;
}
