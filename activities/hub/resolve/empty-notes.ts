import { listOf } from '../../../core/hub/data-files.js';

/** A note on the zero-byte files that are skipped; empty where there are none. */
export function emptyNotes(emptyFiles: readonly string[]): string[] {
  if (emptyFiles.length === 0) return [];
  const [one, count] = [emptyFiles.length === 1, emptyFiles.length];
  const what = one ? '1 empty file (0 bytes) is' : `${count} empty files (0 bytes) are`;
  return [`${what} skipped: ${listOf(emptyFiles.map((path) => path.slice(path.lastIndexOf('/') + 1)))}`];
}
