import { closeSync, openSync } from 'node:fs';
import { HeadraceError } from '../../core/errors.js';
import { crc32 } from '../convert/crc32.js';
import { readFully } from './entry-file.js';
import { mixEntryAt, mixEntryBytes } from './mix-entry.js';
import type { MixedLines } from './mixed-lines.js';

/** Lines nearer to each other than this are read in one go, with what lies between them. */
const gapBytes = 32 * 1024;
const readBytes = 4 * 1024 * 1024;

/**
 * Gathers lines of a mix from the runs that they are in. Runs are sorted by the same keys as the mix, so a stretch of it lies in
 * a stretch of each run. Memory: the longest stretch, and 4 MiB. For a thread, as it blocks.
 */
export class LineGatherer {
  readonly #lines: MixedLines;
  #out = Buffer.alloc(0);
  #room = Buffer.alloc(0);

  constructor(lines: MixedLines) {
    this.#lines = lines;
  }

  /**
   * The lines of entries `[from, to)`, one behind the other; good until the next call. Each is checked on the way: what goes
   * into train.jsonl is what was converted.
   *
   * @throws {HeadraceError} ArtifactCorruptError where a run's bytes are not those that were converted.
   */
  gather(from: number, to: number): Buffer {
    const found = this.#find(from, to);
    if (this.#out.length < found.bytes) this.#out = Buffer.allocUnsafeSlow(found.bytes);
    for (const [run, path] of this.#lines.linesPaths.entries()) {
      const group = found.inRun(run);
      if (group.length > 0) this.#gatherRun(path, group, found);
    }
    return this.#out.subarray(0, found.bytes);
  }

  #gatherRun(path: string, group: Uint32Array, { entries, offsetOf, placeOf }: Found): void {
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
        const block = this.#read(descriptor, path, start, end);
        for (const entry of group.subarray(from, to)) {
          const at = (offsetOf[entry] ?? 0) - start;
          const lineEnd = at + lengthOf(entries, entry);
          const crc = entries.readUInt32LE(entry * mixEntryBytes + mixEntryAt.crc);
          if (crc32(block.subarray(at, lineEnd - 1)) !== crc)
            throw new HeadraceError(
              'ArtifactCorruptError',
              `${path} has other bytes at ${start + at} than were converted`,
            );
          block.copy(this.#out, placeOf[entry] ?? 0, at, lineEnd);
        }
        from = to;
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #read(descriptor: number, path: string, from: number, to: number): Buffer {
    if (this.#room.length < to - from)
      this.#room = Buffer.allocUnsafeSlow(Math.max(to - from, Math.min(readBytes, this.#out.length)));
    const block = this.#room.subarray(0, to - from);
    if (readFully(descriptor, block, from) < block.length)
      throw new HeadraceError('ArtifactCorruptError', `${path} ends before byte ${to}`);
    return block;
  }

  /** Where the lines of entries `[from, to)` are, and where each goes. Entries are numbered from 0. */
  #find(from: number, to: number): Found {
    const { entriesPath, linesPaths } = this.#lines;
    const count = to - from;
    const entries = Buffer.allocUnsafeSlow(count * mixEntryBytes);
    const descriptor = openSync(entriesPath, 'r');
    try {
      if (readFully(descriptor, entries, from * mixEntryBytes) < entries.length)
        throw new HeadraceError('ArtifactCorruptError', `${entriesPath} has no ${to} entries`);
    } finally {
      closeSync(descriptor);
    }
    const offsetOf = new Float64Array(count);
    const placeOf = new Float64Array(count);
    /** Entries before those of each run. */
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
    return {
      entries,
      offsetOf,
      placeOf,
      bytes,
      inRun: (run) => {
        const group = byRun.subarray(before[run], before[run + 1]);
        // In the run's order already, but for further copies of a row, which stand anywhere.
        const isSorted = group.every((entry, at) => at === 0 || offset(group[at - 1] ?? 0) <= offset(entry));
        return isSorted ? group : group.sort((a, b) => offset(a) - offset(b));
      },
    };
  }
}

interface Found {
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

/** Bytes of an entry's line, newline included. */
function lengthOf(entries: Buffer, entry: number): number {
  return entries.readUInt32LE(entry * mixEntryBytes + mixEntryAt.length) + 1;
}
