import type { RowGroup } from 'hyparquet';
import { HeadraceError } from '../../../core/errors.js';
import { uniteRanges, type ByteRange } from '../../../core/hub/ranges.js';

/**
 * Where the columns of a row group are, neighbours together.
 *
 * @param name - of the file.
 * @throws {HeadraceError} FormatError for a column without metadata.
 */
export function columnRanges(name: string, rowGroup: RowGroup | undefined): readonly ByteRange[] {
  const ranges = (rowGroup?.columns ?? []).map(({ meta_data: meta }): ByteRange => {
    if (meta === undefined) throw new HeadraceError('FormatError', `${name}: a column without metadata`);
    const first = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
    return { start: first, end: first + Number(meta.total_compressed_size) };
  });
  return uniteRanges(ranges);
}
