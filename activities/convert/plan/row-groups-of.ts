import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import type { ByteRange } from '../../artifacts/store.js';
import { columnRanges } from '../read/column-ranges.js';
import type { ReadableFile } from '../read/open-file.js';
import { compressedBytes, unpackedBytes, withParquet } from '../read/parquet.js';
import { neededColumns, pruneColumns, wholeColumns } from '../read/parquet-columns.js';
import { checkRowGroups } from '../read/row-limits.js';

/** The columns of parquet files that are read: some by name, or those that a conversion needs. */
export type ColumnsToRead = { readonly names: readonly string[] } | { readonly rules: ConversionRules };

/** A row group of a plain parquet file, and its columns that are read. */
export interface RowGroupFacts {
  /** Compressed size of the columns. */
  readonly bytes: number;
  /** Where they are. */
  readonly ranges: readonly ByteRange[];
}

/** Input of {@link rowGroupsOf}. */
export interface RowGroupsOfInput {
  readonly files: readonly ReadableFile[];
  readonly columns: ColumnsToRead;
}

/**
 * The row groups of plain parquet files whose footers are on this disk. A job for a thread.
 *
 * @throws {HeadraceError} FormatError for a file that is damaged, or whose row groups are too large.
 */
export async function rowGroupsOf({
  files,
  columns,
}: RowGroupsOfInput): Promise<readonly (readonly RowGroupFacts[])[]> {
  const choice = 'rules' in columns ? neededColumns(columns.rules) : wholeColumns(columns.names);
  const all: RowGroupFacts[][] = [];
  for (const file of files)
    all.push(
      await withParquet(file, '', ({ metadata }) => {
        const read = pruneColumns(metadata, choice);
        if ('rules' in columns) checkRowGroups(file.name, unpackedBytes(read));
        return read.row_groups.map((rowGroup, at) => ({
          bytes: compressedBytes(read, at),
          ranges: columnRanges(file.name, rowGroup).map(({ start, end }) => ({ from: start, to: end })),
        }));
      }),
    );
  return all;
}
