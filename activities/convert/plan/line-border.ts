import type { ArtifactStore } from '../../artifacts/store.js';
import { readFully } from '../../../files/read-fully.js';
import { bringFiles, type SourceInput } from './input-file.js';
import { withInputFile } from '../read/open-file.js';
import { maxRowBytes, rowTooLong } from '../read/row-limits.js';

const firstReach = 64 * 1024;
const reachGrowth = 16;
const newline = 0x0a;

/**
 * The first position at or after `at` where a line of a plain file begins, or the file's end. Only the bytes
 * around it are read.
 *
 * @throws {HeadraceError} FormatError where the line before it is longer than a row may be.
 */
export async function lineBorder(
  store: ArtifactStore,
  file: SourceInput,
  at: number,
  signal: AbortSignal,
): Promise<number> {
  if (at === 0) return 0;
  for (let reach = firstReach; ; reach *= reachGrowth) {
    const range = { from: at - 1, to: Math.min(file.sizeBytes, at + Math.min(reach, maxRowBytes)) };
    if (range.from >= range.to) return file.sizeBytes;
    const found = await bringFiles(
      store,
      [{ file, ranges: [range] }],
      async ([local]) =>
        local === undefined ? undefined : await withInputFile(local, (open) => newlineIn(open, range)),
      signal,
    );
    if (found !== undefined) return found + 1;
    if (range.to === file.sizeBytes) return file.sizeBytes;
    if (reach > maxRowBytes) throw rowTooLong(file.name, `a line behind byte ${at}`);
  }
}

/** The position of the first newline in a range of an open file. */
function newlineIn(
  descriptor: number,
  { from, to }: { readonly from: number; readonly to: number },
): number | undefined {
  const block = Buffer.allocUnsafe(Math.min(to - from, 1024 * 1024));
  for (let at = from; at < to; at += block.length) {
    const wanted = block.subarray(0, Math.min(block.length, to - at));
    const found = wanted.subarray(0, readFully(descriptor, wanted, at)).indexOf(newline);
    if (found !== -1) return at + found;
  }
  return undefined;
}
