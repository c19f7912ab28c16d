import { readSync } from 'node:fs';
import { fileKindOf } from '../read/file-kind.js';
import type { Segment } from './conversion-plan.js';
import { startsList } from '../read/json-splitter.js';
import { withInputFile, type InputFile } from '../read/open-file.js';
import { compressedBytes, openParquet } from '../read/parquet.js';
import { pruneColumns, type ColumnChoice } from '../read/parquet-columns.js';

/** What one piece reads. */
export interface CutPiece {
  readonly bytes: number;
  readonly segments: readonly Segment[];
}

interface SizedSegment extends Segment {
  readonly bytes: number;
}

/**
 * Cuts files into pieces of about `pieceBytes`: plain JSON lines on line borders, parquet on row group borders. What
 * can only be read from its start (packed files, JSON lists) stays whole. Small files that follow each other share a
 * piece, so that a thousand of them are not a thousand pieces.
 */
export async function cutPieces(
  files: readonly InputFile[],
  choice: ColumnChoice,
  pieceBytes: number,
): Promise<readonly CutPiece[]> {
  const segments: SizedSegment[] = [];
  for (const [index, file] of files.entries())
    segments.push(...(await cutFile(index, file, choice, pieceBytes)));
  const pieces: { bytes: number; segments: Segment[] }[] = [];
  for (const { bytes, file, part } of segments) {
    const last = pieces.at(-1);
    if (last !== undefined && last.bytes + bytes <= pieceBytes) {
      last.bytes += bytes;
      last.segments.push({ file, part });
    } else pieces.push({ bytes, segments: [{ file, part }] });
  }
  return pieces;
}

async function cutFile(
  index: number,
  file: InputFile,
  choice: ColumnChoice,
  pieceBytes: number,
): Promise<readonly SizedSegment[]> {
  const { container, compression } = fileKindOf(file.name);
  const whole: SizedSegment = { file: index, part: { kind: 'whole' }, bytes: file.sizeBytes };
  return withInputFile(file, async (descriptor) => {
    if (compression !== 'none') return [whole];
    if (container === 'parquet') return cutRowGroups(index, descriptor, file, choice, pieceBytes);
    if (container === 'json' && isList(descriptor)) return [whole];
    return cutLines(index, descriptor, file.sizeBytes, pieceBytes);
  });
}

/** Half-open byte ranges that begin and end at line borders; a line longer than a piece makes a longer piece. */
function cutLines(
  index: number,
  descriptor: number,
  size: number,
  pieceBytes: number,
): readonly SizedSegment[] {
  const segments: SizedSegment[] = [];
  for (let from = 0; from < size;) {
    const to = from + pieceBytes >= size ? size : lineBorder(descriptor, from + pieceBytes, size);
    segments.push({ file: index, part: { kind: 'bytes', from, to }, bytes: to - from });
    from = to;
  }
  return segments;
}

/** The first position at or after `from` where a line begins, or the file's end. */
function lineBorder(descriptor: number, from: number, size: number): number {
  const block = Buffer.allocUnsafe(64 * 1024);
  for (let at = from - 1; at < size;) {
    const read = readSync(descriptor, block, 0, Math.min(block.length, size - at), at);
    if (read === 0) break;
    const newline = block.subarray(0, read).indexOf(0x0a);
    if (newline !== -1) return at + newline + 1;
    at += read;
  }
  return size;
}

async function cutRowGroups(
  index: number,
  descriptor: number,
  file: InputFile,
  choice: ColumnChoice,
  pieceBytes: number,
): Promise<readonly SizedSegment[]> {
  const parquet = await openParquet(descriptor, file.name);
  const read = pruneColumns(parquet.metadata, choice);
  const segments: SizedSegment[] = [];
  let [from, bytes] = [0, 0];
  for (let group = 0; group < read.row_groups.length; group += 1) {
    const size = compressedBytes(read, group);
    if (bytes > 0 && bytes + size > pieceBytes) {
      segments.push({ file: index, part: { kind: 'groups', from, to: group }, bytes });
      [from, bytes] = [group, 0];
    }
    bytes += size;
  }
  if (from < read.row_groups.length)
    segments.push({ file: index, part: { kind: 'groups', from, to: read.row_groups.length }, bytes });
  return segments;
}

/** Looks at the first bytes of a `.json` file; one that has none but white space for a while counts as lines. */
function isList(descriptor: number): boolean {
  const block = Buffer.allocUnsafe(64 * 1024);
  const read = readSync(descriptor, block, 0, block.length, 0);
  return startsList(block.subarray(0, read)) === true;
}
