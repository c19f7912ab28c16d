import { closeSync, openSync, writeFileSync } from 'node:fs';
import { HeadraceError } from '../../core/errors.js';
import { crc32 } from '../convert/crc32.js';
import { readFully } from './entry-file.js';
import { mixEntryAt, mixEntryBytes } from './mix-entry.js';
import type { Bucket } from './plan-lines.js';

export interface WriteBucketInput {
  /** The plan's entries, of which the bucket has `[from, to)`. */
  readonly entriesPath: string;
  readonly bucket: Bucket;
  /** Of all runs of the mix plan. */
  readonly linesPaths: readonly string[];
  /** The file to write. */
  readonly out: string;
}

/** Lines nearer to each other than this are read in one go, with what lies between them. */
const gapBytes = 32 * 1024;
const readBytes = 4 * 1024 * 1024;
/** A thread writes one bucket after the other: the memory of the last one is there for the next. */
let spare = Buffer.allocUnsafeSlow(0);

/**
 * Gathers the lines of one bucket from the runs and writes them in the plan's order. Each line is checked
 * on the way: what goes into train.jsonl is what was converted. A job for a thread. Memory: the bucket.
 *
 * @throws {HeadraceError} ArtifactCorruptError where a run's bytes are not those that were converted.
 */
export async function writeBucket(input: WriteBucketInput): Promise<null> {
  const { bucket } = input;
  const entries = readEntries(input);
  const count = bucket.to - bucket.from;
  const lengthOf = (entry: number): number =>
    entries.readUInt32LE(entry * mixEntryBytes + mixEntryAt.length) + 1;
  const runOf = new Uint32Array(count);
  const offsetOf = new Float64Array(count);
  const placeOf = new Float64Array(count);
  let place = 0;
  for (let entry = 0; entry < count; entry += 1) {
    const at = entry * mixEntryBytes;
    runOf[entry] = entries.readUInt32LE(at + mixEntryAt.run);
    offsetOf[entry] = entries.readUIntLE(at + mixEntryAt.offset, 6);
    placeOf[entry] = place;
    place += lengthOf(entry);
  }
  const byRun = Uint32Array.from(runOf, (_, entry) => entry).sort(
    (a, b) => (runOf[a] ?? 0) - (runOf[b] ?? 0) || (offsetOf[a] ?? 0) - (offsetOf[b] ?? 0),
  );
  if (spare.length < place) spare = Buffer.allocUnsafeSlow(place);
  const out = spare.subarray(0, place);
  let room = Buffer.allocUnsafeSlow(Math.min(readBytes, place));
  for (let from = 0; from < count;) {
    const run = runOf[byRun[from] ?? 0] ?? 0;
    const start = offsetOf[byRun[from] ?? 0] ?? 0;
    let to = from;
    let end = start;
    for (; to < count; to += 1) {
      const entry = byRun[to] ?? 0;
      const offset = offsetOf[entry] ?? 0;
      const next = Math.max(end, offset + lengthOf(entry));
      const tooFar = offset - end > gapBytes || next - start > readBytes;
      if (runOf[entry] !== run || (to > from && tooFar)) break;
      end = next;
    }
    if (end - start > room.length) room = Buffer.allocUnsafeSlow(end - start);
    const path = input.linesPaths[run] ?? '';
    readInto(room.subarray(0, end - start), path, start);
    for (const entry of byRun.subarray(from, to)) {
      const at = (offsetOf[entry] ?? 0) - start;
      const lineEnd = at + lengthOf(entry);
      const crc = entries.readUInt32LE(entry * mixEntryBytes + mixEntryAt.crc);
      if (crc32(room.subarray(at, lineEnd - 1)) !== crc)
        throw new HeadraceError(
          'ArtifactCorruptError',
          `${path} has other bytes at ${start + at} than were converted`,
        );
      room.copy(out, placeOf[entry] ?? 0, at, lineEnd);
    }
    from = to;
  }
  writeFileSync(input.out, out, { flag: 'wx' });
  return null;
}

function readEntries({ entriesPath, bucket }: WriteBucketInput): Buffer {
  const entries = Buffer.allocUnsafeSlow((bucket.to - bucket.from) * mixEntryBytes);
  return readInto(entries, entriesPath, bucket.from * mixEntryBytes);
}

function readInto(block: Buffer, path: string, from: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    if (readFully(descriptor, block, from) < block.length)
      throw new HeadraceError('ArtifactCorruptError', `${path} ends before byte ${from + block.length}`);
  } finally {
    closeSync(descriptor);
  }
  return block;
}
