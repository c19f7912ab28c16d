import { HeadraceError } from '../../../core/errors.js';
import type { BytePairModel } from './byte-pair-merges.js';
import { PairTable } from './pair-table.js';
import { Vocabulary } from './vocabulary.js';

const nothing = new Uint8Array(0);
const [space, newline, carriageReturn] = [0x20, 0x0a, 0x0d];

/**
 * Reads a file of `tiktoken` (https://github.com/openai/tiktoken, load.py): a line for each token, with its
 * bytes in Base64, a space and its rank. The rank is the id. Two adjacent tokens merge where both together are
 * a token, and the lowest id is merged first; so every way to cut a token into two is a merge.
 *
 * @throws {HeadraceError} TokenizerError, with the line, where one is damaged or names a token again, or where
 * one of the 256 bytes is missing.
 */
export function readTiktoken(bytes: Buffer, path: string): BytePairModel {
  const vocabulary = new Vocabulary();
  let line = 0;
  for (let begin = 0; begin < bytes.length;) {
    const found = bytes.indexOf(newline, begin);
    const end = found < 0 ? bytes.length : found;
    line += 1;
    const damage = addLine(vocabulary, bytes, begin, bytes[end - 1] === carriageReturn ? end - 1 : end);
    if (damage !== undefined)
      throw new HeadraceError(
        'TokenizerError',
        `${path}, line ${line}: ${damage} in ${JSON.stringify(bytes.toString('latin1', begin, Math.min(end, begin + 60)))}; ` +
          'expected a token in Base64, a space and its rank, such as "IGhlbGxv 24912"',
        {
          remedy:
            'Copy the file again from where it comes from, or name another tokenizer in train.tokenizer.',
        },
      );
    begin = end + 1;
  }
  for (let byte = 0; byte < 256; byte += 1)
    if (vocabulary.find(Uint8Array.of(byte)) < 0)
      throw new HeadraceError(
        'TokenizerError',
        `${path} has ${line} lines, and none for the byte 0x${byte.toString(16).padStart(2, '0')}; ` +
          'expected every byte as a token of its own',
      );
  return { vocabulary, pairs: pairsOf(vocabulary), wholeFirst: true };
}

/** @returns What is wrong with the line; `undefined` for an empty one, too. */
function addLine(vocabulary: Vocabulary, bytes: Buffer, begin: number, end: number): string | undefined {
  if (begin === end) return undefined;
  const gap = bytes.indexOf(space, begin);
  if (gap < 0 || gap >= end) return 'no space';
  const spelled = bytes.toString('latin1', begin, gap);
  const token = Buffer.from(spelled, 'base64');
  if (token.length === 0 || token.toString('base64') !== spelled) return 'no Base64';
  const rank = bytes.toString('latin1', gap + 1, end);
  if (!/^\d{1,7}$/.test(rank)) return 'no rank';
  return vocabulary.add(Number(rank), token) ? undefined : 'a token or a rank that an earlier line has';
}

function pairsOf(vocabulary: Vocabulary): PairTable {
  const pairs = new PairTable();
  for (let id = 0; id <= vocabulary.highestId; id += 1) {
    const token = vocabulary.bytesOf(id) ?? nothing;
    for (let cut = 1; cut < token.length; cut += 1) {
      const left = vocabulary.find(token, 0, cut);
      const right = left < 0 ? -1 : vocabulary.find(token, cut);
      if (right >= 0) pairs.add(left, right, id, id);
    }
  }
  return pairs;
}
