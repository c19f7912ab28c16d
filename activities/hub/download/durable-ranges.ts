import { readFile, rm } from 'node:fs/promises';
import { uniteRanges, type ByteRange } from '../../../core/hub/ranges.js';
import { isMissing } from '../../../files/errno.js';

/**
 * The record of durable bytes: beside `<path>.part` stands `<path>.part.ranges`, to which all attempts append
 * a line `<start> <end>` for each range that is on the disk. It is one file, so that no folder of 50,000
 * names is read for each of them.
 */

/** The unfinished file of `path`. */
export function partOf(path: string): string {
  return `${path}.part`;
}

/** The record of `path`. */
export function recordOf(path: string): string {
  return `${partOf(path)}.ranges`;
}

/**
 * The lines for ranges. They begin with a line break, because a crash can cut short the last line before:
 * cut, it has no end, or one whose digits begin a larger end, so it claims no more than was durable.
 */
export function recordLines(ranges: readonly ByteRange[]): string {
  return `\n${ranges.map(({ start, end }) => `${start} ${end}\n`).join('')}`;
}

/** The ranges that all attempts together have made durable. */
export async function durableRanges(path: string, sizeBytes: number): Promise<ByteRange[]> {
  const text = await readFile(recordOf(path), 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return '';
    throw error;
  });
  const ranges: ByteRange[] = [];
  // Only whole lines count.
  for (const [, start, end] of text.matchAll(/^(\d{1,15}) (\d{1,15})\n/gm))
    if (Number(end) <= sizeBytes) ranges.push({ start: Number(start), end: Number(end) });
  return uniteRanges(ranges);
}

/** Removes the record. An attempt that has it open appends to no file that counts. */
export async function removeRecord(path: string): Promise<void> {
  await rm(recordOf(path), { force: true });
}
