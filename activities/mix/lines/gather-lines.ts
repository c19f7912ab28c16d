import { closeSync, openSync } from 'node:fs';
import { HeadraceError } from '../../../core/errors.js';
import { crc32 } from '../../../files/crc32.js';
import { readFully } from '../../../files/read-fully.js';
import { mixEntryAt, mixEntryBytes } from '../format/mix-entry.js';
import type { LinePlaces } from './mixed-lines.js';
import { readStretch, type Stretch } from './stretch.js';

/** Lines with at most this many bytes between them are read together. */
const gapBytes = 32 * 1024;
const readBytes = 4 * 1024 * 1024;
/** The thread's buffer, reused for the next read. */
let readBuffer = Buffer.allocUnsafeSlow(0);

/**
 * Gathers the lines of entries `[from, to)` from the sorted runs into `into`, in the order of the entries,
 * and checks each by its CRC-32. Sorted runs have the order of the mix, so neighbouring lines of the mix are
 * near each other in each sorted run. It blocks, so it runs in a thread. Memory: 4 MiB beside `into`, or the
 * longest line.
 *
 * @param into - as long as the lines are, newlines included.
 * @throws {HeadraceError} ArtifactCorruptError where a sorted run has changed since its conversion.
 */
export function gatherLines(places: LinePlaces, from: number, to: number, into: Buffer): void {
  const stretch = readStretch(places, from, to);
  if (stretch.bytes !== into.length)
    throw new HeadraceError(
      'ArtifactCorruptError',
      `${places.entriesPath} has ${stretch.bytes} bytes of lines in entries ${from} to ${to} instead of ${into.length}`,
    );
  for (const [sortedRun, path] of places.linesPaths.entries()) {
    const entries = stretch.entriesIn(sortedRun);
    if (entries.length > 0) gatherFrom(path, entries, stretch, into);
  }
}

/** Input of {@link gatherBucket}. */
export interface GatherBucketInput {
  readonly places: LinePlaces;
  /** Entries `[from, to)`. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
  /** Size of their lines, newlines included. */
  readonly bytes: number;
  /** The buffer for the lines, at least `bytes` long. */
  readonly into: SharedArrayBuffer;
}

/** {@link gatherLines} as a job for a thread. */
export function gatherBucket({ places, from, to, bytes, into }: GatherBucketInput): Promise<null> {
  gatherLines(places, from, to, Buffer.from(into, 0, bytes));
  return Promise.resolve(null);
}

/** @param entries - of one sorted run, in the order of their lines in it. */
function gatherFrom(path: string, entries: Uint32Array, stretch: Stretch, into: Buffer): void {
  const descriptor = openSync(path, 'r');
  try {
    for (let from = 0; from < entries.length;) {
      const { to, start, end } = nextRead(entries, from, stretch);
      const block = readBlock(descriptor, path, start, end);
      for (const entry of entries.subarray(from, to)) copyLine(path, block, start, entry, stretch, into);
      from = to;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The next read: bytes `[start, end)`, with the lines of `entries[from, to)`. */
function nextRead(
  entries: Uint32Array,
  from: number,
  { offsetOf, lengthOf }: Stretch,
): { readonly to: number; readonly start: number; readonly end: number } {
  const first = entries[from] ?? 0;
  const start = offsetOf(first);
  let end = start + lengthOf(first);
  let to = from + 1;
  for (; to < entries.length; to += 1) {
    const entry = entries[to] ?? 0;
    const next = Math.max(end, offsetOf(entry) + lengthOf(entry));
    if (offsetOf(entry) - end > gapBytes || next - start > readBytes) break;
    end = next;
  }
  return { to, start, end };
}

function readBlock(descriptor: number, path: string, from: number, to: number): Buffer {
  if (readBuffer.length < to - from) readBuffer = Buffer.allocUnsafeSlow(Math.max(to - from, readBytes));
  const block = readBuffer.subarray(0, to - from);
  if (readFully(descriptor, block, from) < block.length)
    throw new HeadraceError('ArtifactCorruptError', `${path} ends before byte ${to}`);
  return block;
}

/** @param start - position of the block in the sorted run. */
function copyLine(
  path: string,
  block: Buffer,
  start: number,
  entry: number,
  stretch: Stretch,
  into: Buffer,
): void {
  const at = stretch.offsetOf(entry) - start;
  const end = at + stretch.lengthOf(entry);
  const crc = stretch.entries.readUInt32LE(entry * mixEntryBytes + mixEntryAt.crc);
  if (crc32(block.subarray(at, end - 1)) !== crc)
    throw new HeadraceError(
      'ArtifactCorruptError',
      `${path} was changed at byte ${start + at} since its conversion`,
    );
  block.copy(into, stretch.placeOf(entry), at, end);
}
