import { closeSync, openSync } from 'node:fs';
import { HeadraceError } from '../../../core/errors.js';
import { crc32 } from '../../../files/crc32.js';
import { readFully } from '../../../files/read-fully.js';
import { mixEntryAt, mixEntryBytes } from '../plan/mix-entry.js';
import type { LinePlaces } from './mixed-lines.js';

/** Lines nearer to each other than this are read in one go, with what lies between them. */
const gapBytes = 32 * 1024;
const readBytes = 4 * 1024 * 1024;
/** A thread gathers one stretch after the other: the memory of the last one is there for the next. */
let room = Buffer.allocUnsafeSlow(0);

/**
 * Gathers the lines of entries `[from, to)` from the runs that they are in, one behind the other. Each is checked on the way: what
 * goes into train.jsonl is what was converted. Runs are sorted by the same keys as the mix, so a stretch of it lies in a stretch of
 * each run. For a thread, as it blocks. Memory: 4 MiB beside `into`, or the longest line.
 *
 * @param into - as long as the lines are, newlines included.
 * @throws {HeadraceError} ArtifactCorruptError where a run's bytes are not those that were converted.
 */
export function gatherLines(places: LinePlaces, from: number, to: number, into: Buffer): void {
  const stretch = readStretch(places, from, to);
  if (stretch.bytes !== into.length)
    throw new HeadraceError(
      'ArtifactCorruptError',
      `${places.entriesPath} has ${stretch.bytes} bytes of lines in entries ${from} to ${to} instead of ${into.length}`,
    );
  for (const [run, path] of places.linesPaths.entries()) {
    const group = stretch.inRun(run);
    if (group.length > 0) gatherRun(path, group, stretch, into);
  }
}

export interface GatherBucketInput {
  readonly places: LinePlaces;
  /** Entries `[from, to)`. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
  /** Size of their lines, newlines included. */
  readonly bytes: number;
  /** Gets the lines; has room for them. */
  readonly into: SharedArrayBuffer;
}

/** {@link gatherLines} as a job for a thread. */
export function gatherBucket({ places, from, to, bytes, into }: GatherBucketInput): Promise<null> {
  gatherLines(places, from, to, Buffer.from(into, 0, bytes));
  return Promise.resolve(null);
}

/** @param group - entries of one run, by where their lines begin in it. */
function gatherRun(path: string, group: Uint32Array, stretch: Stretch, into: Buffer): void {
  const { entries, offsetOf, placeOf } = stretch;
  const endOf = (entry: number): number => (offsetOf[entry] ?? 0) + lengthOf(entries, entry);
  const descriptor = openSync(path, 'r');
  try {
    for (let from = 0; from < group.length;) {
      const start = offsetOf[group[from] ?? 0] ?? 0;
      let end = endOf(group[from] ?? 0);
      let to = from + 1;
      for (; to < group.length; to += 1) {
        const entry = group[to] ?? 0;
        const next = Math.max(end, endOf(entry));
        if ((offsetOf[entry] ?? 0) - end > gapBytes || next - start > readBytes) break;
        end = next;
      }
      const block = readBlock(descriptor, path, start, end);
      for (const entry of group.subarray(from, to)) {
        const at = (offsetOf[entry] ?? 0) - start;
        const lineEnd = at + lengthOf(entries, entry);
        const crc = entries.readUInt32LE(entry * mixEntryBytes + mixEntryAt.crc);
        if (crc32(block.subarray(at, lineEnd - 1)) !== crc)
          throw new HeadraceError(
            'ArtifactCorruptError',
            `${path} has other bytes at ${start + at} than were converted`,
          );
        block.copy(into, placeOf[entry] ?? 0, at, lineEnd);
      }
      from = to;
    }
  } finally {
    closeSync(descriptor);
  }
}

function readBlock(descriptor: number, path: string, from: number, to: number): Buffer {
  if (room.length < to - from) room = Buffer.allocUnsafeSlow(Math.max(to - from, readBytes));
  const block = room.subarray(0, to - from);
  if (readFully(descriptor, block, from) < block.length)
    throw new HeadraceError('ArtifactCorruptError', `${path} ends before byte ${to}`);
  return block;
}

/** Entries that follow each other in a plan, numbered from 0. */
interface Stretch {
  readonly entries: Buffer;
  /** Of each entry: where its line begins in its run. */
  readonly offsetOf: Float64Array;
  /** Of each entry: where its line goes. */
  readonly placeOf: Float64Array;
  /** Of all lines. */
  readonly bytes: number;
  /** The entries of a run, by where their lines begin in it. */
  readonly inRun: (run: number) => Uint32Array;
}

function readStretch({ entriesPath, linesPaths }: LinePlaces, from: number, to: number): Stretch {
  const count = to - from;
  const entries = entriesBetween(entriesPath, from, to);
  const offsetOf = new Float64Array(count);
  const placeOf = new Float64Array(count);
  /** Entries in runs before each run. */
  const before = new Uint32Array(linesPaths.length + 1);
  let bytes = 0;
  for (let entry = 0; entry < count; entry += 1) {
    const at = entry * mixEntryBytes;
    offsetOf[entry] = entries.readUIntLE(at + mixEntryAt.offset, 6);
    placeOf[entry] = bytes;
    bytes += lengthOf(entries, entry);
    const run = entries.readUInt32LE(at + mixEntryAt.run);
    before[run + 1] = (before[run + 1] ?? 0) + 1;
  }
  for (let run = 0; run < linesPaths.length; run += 1)
    before[run + 1] = (before[run + 1] ?? 0) + (before[run] ?? 0);
  const byRun = new Uint32Array(count);
  const next = before.slice();
  for (let entry = 0; entry < count; entry += 1) {
    const run = entries.readUInt32LE(entry * mixEntryBytes + mixEntryAt.run);
    const place = next[run] ?? 0;
    byRun[place] = entry;
    next[run] = place + 1;
  }
  const offset = (entry: number): number => offsetOf[entry] ?? 0;
  const inRun = (run: number): Uint32Array => {
    const group = byRun.subarray(before[run], before[run + 1]);
    // In the run's order already, but for further copies of a row, which stand anywhere.
    const isSorted = group.every((entry, at) => at === 0 || offset(group[at - 1] ?? 0) <= offset(entry));
    return isSorted ? group : group.sort((a, b) => offset(a) - offset(b));
  };
  return { entries, offsetOf, placeOf, bytes, inRun };
}

function entriesBetween(path: string, from: number, to: number): Buffer {
  const entries = Buffer.allocUnsafeSlow((to - from) * mixEntryBytes);
  const descriptor = openSync(path, 'r');
  try {
    if (readFully(descriptor, entries, from * mixEntryBytes) < entries.length)
      throw new HeadraceError('ArtifactCorruptError', `${path} has no ${to} entries`);
  } finally {
    closeSync(descriptor);
  }
  return entries;
}

/** Bytes of an entry's line, newline included. */
function lengthOf(entries: Buffer, entry: number): number {
  return entries.readUInt32LE(entry * mixEntryBytes + mixEntryAt.length) + 1;
}
