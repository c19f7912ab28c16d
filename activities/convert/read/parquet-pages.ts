import type { CompressionCodec, DataReader, Encoding, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { compressors } from 'hyparquet-compressors';

/** A page as it stands in the file. */
interface Page {
  readonly header: PageHeader;
  /** Compressed. */
  readonly bytes: Uint8Array;
}

/** A page of values. */
export interface DataPage extends Page {
  readonly encoding: Encoding;
  /** Values and nulls. */
  readonly entries: number;
}

/** The pages of a column chunk. */
export interface ColumnPages {
  readonly dictionary: Page | undefined;
  readonly data: readonly DataPage[];
}

/**
 * The levels of the entries of a page, as the format has them: where lists begin, and how many of the
 * optional parts of the column's path are there.
 */
export interface Levels {
  readonly repetition: Uint8Array;
  readonly definition: Uint8Array;
}

/** Cuts a column chunk into its pages. */
export function pagesOf(chunk: ArrayBuffer): ColumnPages {
  const reader = { view: new DataView(chunk), offset: 0 };
  let dictionary: Page | undefined;
  const data: DataPage[] = [];
  while (reader.offset < chunk.byteLength - 1) {
    const header = parquetHeader(reader);
    const bytes = new Uint8Array(chunk, reader.offset, header.compressed_page_size);
    reader.offset += bytes.length;
    const values = header.data_page_header ?? header.data_page_header_v2;
    if (header.dictionary_page_header !== undefined) dictionary = { header, bytes };
    else if (values !== undefined)
      data.push({ header, bytes, encoding: values.encoding, entries: values.num_values });
    else throw new Error(`a page of type ${header.type}, which has no values`);
  }
  return { dictionary, data };
}

/** The bytes of a page of a dictionary. */
export function unpackedDictionary({ header, bytes }: Page, codec: CompressionCodec): Uint8Array {
  return decompressPage(bytes, header.uncompressed_page_size, codec, compressors);
}

/**
 * Reads the levels of a page of a column that is in one list into `levels`. Returns the bytes of the values.
 *
 * @param bits - of a definition level.
 */
export function readPage(page: DataPage, codec: CompressionCodec, levels: Levels, bits: number): Uint8Array {
  const { bytes, header } = page;
  const version2 = header.data_page_header_v2;
  if (version2 === undefined) {
    const unpacked = decompressPage(bytes, header.uncompressed_page_size, codec, compressors);
    const reader = readerOf(unpacked);
    readRleBitPackedHybrid(reader, 1, levels.repetition);
    readRleBitPackedHybrid(reader, bits, levels.definition);
    return unpacked.subarray(reader.offset);
  }
  // In pages of version 2 the levels are not compressed.
  const reader = readerOf(bytes);
  readRleBitPackedHybrid(reader, 1, levels.repetition, version2.repetition_levels_byte_length);
  readRleBitPackedHybrid(reader, bits, levels.definition, version2.definition_levels_byte_length);
  const values = bytes.subarray(reader.offset);
  if (version2.is_compressed === false || values.length === 0) return values;
  return decompressPage(values, header.uncompressed_page_size - reader.offset, codec, compressors);
}

/** A reader of hyparquet. */
export function readerOf(bytes: Uint8Array): DataReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}
