import { closeSync, openSync } from 'node:fs';
import { HeadraceError } from '../../../core/errors.js';
import { crc32 } from '../../../files/crc32.js';
import { maxParts } from '../../../files/parts.js';
import { readPartsFully } from '../../../files/read-fully.js';
import { mixEntryAt, mixEntryBytes } from '../format/mix-entry.js';
import type { LinePlaces } from './mixed-lines.js';
import { readStretch, type Stretch } from './stretch.js';

/** Lines with at most this many bytes between them are read together. */
const gapBytes = 16 * 1024;
/** The bytes between lines are read into here. */
const unused = Buffer.allocUnsafeSlow(gapBytes);

/**
 * Gathers the lines of entries `[from, to)` from the sorted runs into `into`, in the order of the entries,
 * and checks each by its CRC-32. Sorted runs have the order of the mix, so neighbouring lines of the mix are
 * near each other in each sorted run. It blocks, so it runs in a thread.
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
  /** Memory for the lines. */
  readonly room: SharedArrayBuffer;
  /** Where in it the lines begin. */
  readonly start: number;
}

/** {@link gatherLines} as a job for a thread. */
export function gatherBucket(input: GatherBucketInput): Promise<null> {
  const { places, from, to, bytes, room, start } = input;
  gatherLines(places, from, to, Buffer.from(room, start, bytes));
  return Promise.resolve(null);
}

/** @param entries - of one sorted run, in the order of their lines in it. */
function gatherFrom(path: string, entries: Uint32Array, stretch: Stretch, into: Buffer): void {
  const descriptor = openSync(path, 'r');
  try {
    for (let from = 0; from < entries.length;) {
      const { parts, start, end, to } = nextRead(entries, from, stretch, into);
      if (readPartsFully(descriptor, parts, start) < end - start)
        throw new HeadraceError('ArtifactCorruptError', `${path} ends before byte ${end}`);
      for (; from < to; from += 1) checkLine(path, entries[from] ?? 0, stretch, into);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The next read: bytes `[start, end)` of the sorted run, with the lines of `entries[from, to)`. */
function nextRead(
  entries: Uint32Array,
  from: number,
  stretch: Stretch,
  into: Buffer,
): { readonly parts: Uint8Array[]; readonly start: number; readonly end: number; readonly to: number } {
  const start = stretch.offsetOf(entries[from] ?? 0);
  const parts: Uint8Array[] = [];
  let [end, to] = [start, from];
  for (; to < entries.length && parts.length < maxParts - 1; to += 1) {
    const entry = entries[to] ?? 0;
    const gap = stretch.offsetOf(entry) - end;
    // A further copy of a row is read again: the gap before it is negative.
    if (gap < 0 || gap > gapBytes) break;
    if (gap > 0) parts.push(unused.subarray(0, gap));
    const place = stretch.placeOf(entry);
    const length = stretch.lengthOf(entry);
    parts.push(into.subarray(place, place + length));
    end += gap + length;
  }
  return { parts, start, end, to };
}

function checkLine(path: string, entry: number, stretch: Stretch, into: Buffer): void {
  const place = stretch.placeOf(entry);
  const line = into.subarray(place, place + stretch.lengthOf(entry) - 1);
  if (crc32(line) !== stretch.entries.readUInt32LE(entry * mixEntryBytes + mixEntryAt.crc))
    throw new HeadraceError(
      'ArtifactCorruptError',
      `${path} was changed at byte ${stretch.offsetOf(entry)} since its conversion`,
    );
}
