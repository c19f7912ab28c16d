import type { CompressionCodec } from 'hyparquet';
import { pagesOf, readPage, unpackedDictionary, type DataPage, type Levels } from './parquet-pages.js';
import { plainTexts, textsOf, type Texts } from './parquet-texts.js';

/**
 * The texts of a member of listed objects, in all rows of a row group, not decoded. Each entry is a text, or
 * a null at a definition level. Memory: the unpacked pages, and 14 bytes an entry.
 */
export class TextTable implements Levels {
  /** Of each entry: 0 where a row begins, else 1. */
  readonly repetition: Uint8Array;
  readonly definition: Uint8Array;
  readonly #maxDefinition: number;
  /** What the texts of each page stand in. */
  readonly #bytes: Uint8Array[] = [];
  /** Of each entry: its page, and where its text is. */
  readonly #pages: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;

  /**
   * @param chunk - the bytes of the column in the row group.
   * @param maxDefinition - the definition level of a text.
   * @throws {Error} where they are damaged.
   */
  constructor(chunk: ArrayBuffer, codec: CompressionCodec, maxDefinition: number) {
    const { dictionary, data } = pagesOf(chunk);
    const entries = data.reduce((sum, page) => sum + page.entries, 0);
    this.repetition = new Uint8Array(entries);
    this.definition = new Uint8Array(entries);
    this.#maxDefinition = maxDefinition;
    this.#pages = new Uint32Array(entries);
    this.#starts = new Uint32Array(entries);
    this.#ends = new Uint32Array(entries);
    const words =
      dictionary &&
      plainTexts(
        unpackedDictionary(dictionary, codec),
        dictionary.header.dictionary_page_header?.num_values ?? 0,
      );
    let first = 0;
    for (const page of data) {
      this.#readPage(page, first, codec, words);
      first += page.entries;
    }
  }

  get entries(): number {
    return this.definition.length;
  }

  isText(entry: number): boolean {
    return this.definition[entry] === this.#maxDefinition;
  }

  /** UTF-8, if the file is right. */
  text(entry: number): Uint8Array {
    return this.bytesOf(entry).subarray(this.#starts[entry], this.#ends[entry]);
  }

  /** The text is `[startOf, endOf)` of these bytes. */
  bytesOf(entry: number): Uint8Array {
    return this.#bytes[this.#pages[entry] ?? 0] ?? noBytes;
  }

  startOf(entry: number): number {
    return this.#starts[entry] ?? 0;
  }

  endOf(entry: number): number {
    return this.#ends[entry] ?? 0;
  }

  #readPage(page: DataPage, first: number, codec: CompressionCodec, words: Texts | undefined): void {
    const end = first + page.entries;
    const levels = {
      repetition: this.repetition.subarray(first, end),
      definition: this.definition.subarray(first, end),
    };
    const bits = 32 - Math.clz32(this.#maxDefinition);
    const values = readPage(page, codec, levels, bits);
    const texts = textsOf(values, count(levels.definition, this.#maxDefinition), page.encoding, words);
    this.#place(texts, first, end);
  }

  /** Gives the texts of a page to its entries `[first, end)` that are no nulls. */
  #place({ bytes, starts, ends }: Texts, first: number, end: number): void {
    const page = this.#bytes.push(bytes) - 1;
    let text = 0;
    for (let entry = first; entry < end; entry += 1) {
      if (!this.isText(entry)) continue;
      this.#pages[entry] = page;
      this.#starts[entry] = starts[text] ?? 0;
      this.#ends[entry] = ends[text] ?? 0;
      text += 1;
    }
  }
}

const noBytes = new Uint8Array(0);

function count(levels: Uint8Array, wanted: number): number {
  let found = 0;
  for (const level of levels) if (level === wanted) found += 1;
  return found;
}
