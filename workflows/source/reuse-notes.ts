import type { ConvertPiecesResult } from '../../core/contracts/conversion.js';
import type { DownloadFilesResult } from '../../core/contracts/source.js';
import { formatBytes, plural } from '../../core/format.js';

/** Sentences about what was in the store already and was not fetched or converted again. */
export function reuseNotes(
  downloads: Partial<DownloadFilesResult>,
  conversions: readonly Partial<ConvertPiecesResult>[],
): readonly string[] {
  const { reusedFiles = 0, files = 0, resumedBytes = 0 } = downloads;
  const sum = (of: 'reusedPieces' | 'pieces'): number =>
    conversions.reduce((total, each) => total + (each[of] ?? 0), 0);
  const [reusedPieces, pieces] = [sum('reusedPieces'), sum('pieces')];
  return [
    ...(reusedFiles > 0
      ? [`reused ${reusedFiles} of ${plural(files, 'file')} that were on disk, complete`]
      : []),
    ...(resumedBytes > 0 ? [`resumed downloads from ${formatBytes(resumedBytes)} that were on disk`] : []),
    ...(reusedPieces > 0
      ? [`reused ${reusedPieces} of ${plural(pieces, 'converted piece')} from the store`]
      : []),
  ];
}
