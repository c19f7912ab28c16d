import { HeadraceError } from '../../../core/errors.js';
import { formatBytes } from '../../../core/format.js';

/** The most bytes of a row of JSON: a string of JavaScript holds a little more. */
export const maxRowBytes = 500_000_000;
/** The most bytes of a row group, unpacked, in the columns that are read: all of it is in memory at once. */
const maxRowGroupBytes = 4_000_000_000;

/** The error of a row that is too long. @param row - `line 2`, `row 7`, `a line`. */
export function rowTooLong(name: string, row: string): HeadraceError {
  return new HeadraceError(
    'FormatError',
    `${name}: ${row} is longer than ${formatBytes(maxRowBytes)}, the most that a row may have`,
    { remedy: 'Write a row a line, or take out what is too long.' },
  );
}

/**
 * Checks the row groups of a parquet file before they are read.
 *
 * @param bytes - unpacked bytes of each row group in the columns that are read.
 * @throws {HeadraceError} FormatError for one that is too large.
 */
export function checkRowGroups(name: string, bytes: readonly number[]): void {
  const rowGroup = bytes.findIndex((size) => size > maxRowGroupBytes);
  if (rowGroup === -1) return;
  throw new HeadraceError(
    'FormatError',
    `${name}: row group ${rowGroup} has ${formatBytes(bytes[rowGroup] ?? 0)} in the columns that are read; a row group is in memory as a whole and may have ${formatBytes(maxRowGroupBytes)}`,
    {
      remedy:
        'Write the file with smaller row groups: `pyarrow.parquet.write_table(table, FILE, row_group_size=10_000)`.',
    },
  );
}
