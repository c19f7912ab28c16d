import type { ConvertPiecesResult } from '../../core/contracts/conversion.js';
import type { DownloadFilesResult } from '../../core/contracts/source.js';
import { formatBytes, plural } from '../../core/format.js';

/** Sentences about what was in the store already and was not fetched or converted again. */
export function reuseNotes(
  downloads: readonly DownloadFilesResult[],
  conversions: readonly ConvertPiecesResult[],
): readonly string[] {
  const reusedFiles = sum(downloads, (each) => each.reusedFiles);
  const files = sum(downloads, (each) => each.files);
  const bytes = sum(downloads, (each) => each.resumedBytes);
  const reusedPieces = sum(conversions, (each) => each.reusedPieces);
  const pieces = sum(conversions, (each) => each.pieces);
  return [
    ...(reusedFiles > 0
      ? [`reused ${reusedFiles} of ${plural(files, 'file')} that were on disk, complete`]
      : []),
    ...(bytes > 0 ? [`resumed downloads from ${formatBytes(bytes)} that were on disk`] : []),
    ...(reusedPieces > 0
      ? [`reused ${reusedPieces} of ${plural(pieces, 'converted piece')} from the store`]
      : []),
  ];
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
