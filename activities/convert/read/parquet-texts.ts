import type { Encoding } from 'hyparquet';
import { deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { readerOf } from './parquet-pages.js';

/** Texts that stand in `bytes`: text `n` is `[starts[n], ends[n])`. */
export interface Texts {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/**
 * Finds the texts of a page.
 *
 * @param bytes - the values of the page, unpacked.
 * @param count - how many there are.
 * @throws {Error} where the page is damaged, or its encoding is none of texts.
 */
export function textsOf(
  bytes: Uint8Array,
  count: number,
  encoding: Encoding,
  dictionary: Texts | undefined,
): Texts {
  switch (encoding) {
    case 'PLAIN':
      return plainTexts(bytes, count);
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      if (dictionary === undefined) throw new Error('a page names texts of a dictionary, and there is none');
      return dictionaryTexts(bytes, count, dictionary);
    case 'DELTA_LENGTH_BYTE_ARRAY':
    case 'DELTA_BYTE_ARRAY':
      return deltaTexts(bytes, count, encoding);
    case 'RLE':
    case 'BIT_PACKED':
    case 'GROUP_VAR_INT':
    case 'DELTA_BINARY_PACKED':
    case 'BYTE_STREAM_SPLIT':
      throw new Error(`texts in the encoding ${encoding}`);
  }
}

/** Each text behind the number of its bytes. */
export function plainTexts(bytes: Uint8Array, count: number): Texts {
  const { view } = readerOf(bytes);
  const texts = { bytes, starts: new Uint32Array(count), ends: new Uint32Array(count) };
  let at = 0;
  for (let text = 0; text < count; text += 1) {
    const start = at + 4;
    if (start > bytes.length) throw doesNotEnd();
    at = start + view.getUint32(at, true);
    texts.starts[text] = start;
    texts.ends[text] = at;
  }
  if (at > bytes.length) throw doesNotEnd();
  return texts;
}

function doesNotEnd(): Error {
  return new Error('a text does not end in its page');
}

/** The number of bits, then positions in the dictionary. */
function dictionaryTexts(bytes: Uint8Array, count: number, { bytes: source, starts, ends }: Texts): Texts {
  const positions = new Uint32Array(count);
  const bits = bytes[0] ?? 0;
  if (bits > 0) readRleBitPackedHybrid(readerOf(bytes.subarray(1)), bits, positions, bytes.length - 1);
  if (positions.some((position) => position >= starts.length))
    throw new Error('a page names a text that its dictionary does not have');
  const chosen = (all: Uint32Array): Uint32Array => positions.map((position) => all[position] ?? 0);
  return { bytes: source, starts: chosen(starts), ends: chosen(ends) };
}

function deltaTexts(
  bytes: Uint8Array,
  count: number,
  encoding: 'DELTA_LENGTH_BYTE_ARRAY' | 'DELTA_BYTE_ARRAY',
): Texts {
  const values: Uint8Array[] = [];
  const read = encoding === 'DELTA_BYTE_ARRAY' ? deltaByteArray : deltaLengthByteArray;
  read(readerOf(bytes), count, values);
  const ends = new Uint32Array(count);
  let end = 0;
  for (const [text, value] of values.entries()) {
    end += value.length;
    ends[text] = end;
  }
  return { bytes: Buffer.concat(values), starts: ends.map((_, text) => ends[text - 1] ?? 0), ends };
}
