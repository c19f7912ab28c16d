import type { SourceInspection } from '../../activities/hub/resolve/inspect-source.js';
import type { HeadFile } from './head-file.js';
import type { HeadRow } from './previewed-rows.js';

/**
 * About how many rows the files of a source have: as many a byte as the first file has by its footer, or as
 * the rows of its head. `undefined` where neither is known (packed parquet, a head without rows).
 */
export function expectedRows(
  files: SourceInspection['files'],
  head: HeadFile,
  rows: readonly HeadRow[],
): number | undefined {
  const firstBytes = files[0]?.file.sizeBytes ?? 0;
  const allBytes = files.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  if (head.rows !== undefined) return (head.rows * allBytes) / firstBytes;
  if (head.columns !== undefined || rows.length === 0) return undefined;
  // Each row ends with a newline, or in a list with a comma.
  const rowBytes = rows.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 1, 0) / rows.length;
  return (allBytes * head.unpackedPerByte) / rowBytes;
}
