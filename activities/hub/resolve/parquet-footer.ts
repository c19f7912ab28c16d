import { parquetMetadata, type FileMetaData } from 'hyparquet';
import { HeadraceError, messageOf } from '../../../core/errors.js';
import type { RangeReader } from '../download/range-reader.js';

/** Most footers are smaller, so one request suffices. */
const tailBytes = 256 * 1024;

/** The footer of a parquet file. */
export interface ParquetFooter {
  readonly metadata: FileMetaData;
  /** Offset of `bytes` in the file. */
  readonly start: number;
  /** From `start` to the file's end. */
  readonly bytes: Buffer;
}

/**
 * Reads the footer of a parquet file in one or two requests.
 *
 * @throws {HeadraceError} FormatError where it is no parquet file; what `read` throws.
 */
export async function readFooter(path: string, sizeBytes: number, read: RangeReader): Promise<ParquetFooter> {
  let start = Math.max(0, sizeBytes - tailBytes);
  let bytes = await read({ start, end: sizeBytes });
  const length = bytes.length < 12 ? 0 : bytes.readUInt32LE(bytes.length - 8);
  const whole = length + 8;
  if (bytes.subarray(-4).toString('latin1') !== 'PAR1' || whole > sizeBytes)
    throw new HeadraceError('FormatError', `${path} is not parquet: it does not end like a parquet file`);
  if (whole > bytes.length) {
    start = sizeBytes - whole;
    bytes = await read({ start, end: sizeBytes });
  }
  try {
    const exact = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    return { metadata: parquetMetadata(exact, { geoparquet: false }), start, bytes };
  } catch (error) {
    throw new HeadraceError('FormatError', `The footer of ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Names of the top-level columns. */
export function columnsOf(metadata: FileMetaData): string[] {
  const names = new Set<string>();
  for (const rowGroup of metadata.row_groups)
    for (const chunk of rowGroup.columns) names.add(chunk.meta_data?.path_in_schema[0] ?? '');
  return [...names];
}
