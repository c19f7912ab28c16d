import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { uniteRanges, type ByteRange } from '../../../core/hub/ranges.js';
import { isMissing } from '../../../files/errno.js';
import { namesIn } from '../../../files/names-in.js';

/**
 * Records of durable bytes: beside `<path>.part` stand files `<path>.part.<attempt>.ranges`, one an attempt,
 * with a line `<start> <end>` for each range that is on the disk.
 */

/** The unfinished file of `path`. */
export function partOf(path: string): string {
  return `${path}.part`;
}

/** The record of one attempt. */
export function recordOf(path: string, attempt: string): string {
  return `${partOf(path)}.${attempt}.ranges`;
}

/** The line of a record. */
export function recordLine({ start, end }: ByteRange): string {
  return `${start} ${end}\n`;
}

/** The ranges that all attempts together have made durable. */
export async function durableRanges(path: string, sizeBytes: number): Promise<ByteRange[]> {
  const ranges: ByteRange[] = [];
  for (const record of await recordsOf(path)) {
    const text = await readFile(record, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    });
    // Only whole lines count: a crash can cut the last one short.
    for (const [, start, end] of text.matchAll(/^(\d{1,15}) (\d{1,15})\n/gm))
      if (Number(end) <= sizeBytes) ranges.push({ start: Number(start), end: Number(end) });
  }
  return uniteRanges(ranges);
}

/** Removes the records of all attempts. */
export async function removeRecords(path: string): Promise<void> {
  for (const record of await recordsOf(path)) await rm(record, { force: true });
}

async function recordsOf(path: string): Promise<string[]> {
  const prefix = `${basename(partOf(path))}.`;
  return (await namesIn(dirname(path)))
    .filter((name) => name.startsWith(prefix) && name.endsWith('.ranges'))
    .map((name) => join(dirname(path), name));
}
