import { closeSync, openSync } from 'node:fs';
import { HeadraceError } from '../../../core/errors.js';
import { readFully } from '../../../files/read-fully.js';
import { mixEntryAt, mixEntryBytes } from '../format/mix-entry.js';
import type { LinePlaces } from './mixed-lines.js';

/** Entries of a mix plan that follow each other, numbered from 0. */
export class Stretch {
  readonly entries: Buffer;
  /** Size of all lines, newlines included. */
  readonly bytes: number;
  readonly #offsets: Float64Array;
  readonly #places: Float64Array;
  /** The entries ordered by sorted run, and the position of each sorted run's first one. */
  readonly #byRun: Uint32Array;
  readonly #starts: Uint32Array;

  /** @param sortedRuns - how many the mix plan has. */
  constructor(entries: Buffer, sortedRuns: number) {
    const count = entries.length / mixEntryBytes;
    this.entries = entries;
    this.#offsets = new Float64Array(count);
    this.#places = new Float64Array(count);
    this.#starts = new Uint32Array(sortedRuns + 1);
    let bytes = 0;
    for (let entry = 0; entry < count; entry += 1) {
      this.#offsets[entry] = entries.readUIntLE(entry * mixEntryBytes + mixEntryAt.offset, 6);
      this.#places[entry] = bytes;
      bytes += this.lengthOf(entry);
      const after = this.#sortedRunOf(entry) + 1;
      this.#starts[after] = (this.#starts[after] ?? 0) + 1;
    }
    this.bytes = bytes;
    for (let sortedRun = 0; sortedRun < sortedRuns; sortedRun += 1)
      this.#starts[sortedRun + 1] = (this.#starts[sortedRun + 1] ?? 0) + (this.#starts[sortedRun] ?? 0);
    this.#byRun = new Uint32Array(count);
    const next = this.#starts.slice();
    for (let entry = 0; entry < count; entry += 1) {
      const sortedRun = this.#sortedRunOf(entry);
      const at = next[sortedRun] ?? 0;
      this.#byRun[at] = entry;
      next[sortedRun] = at + 1;
    }
  }

  /** Position of an entry's line in its sorted run. */
  readonly offsetOf = (entry: number): number => this.#offsets[entry] ?? 0;

  /** Position of an entry's line in the stretch. */
  readonly placeOf = (entry: number): number => this.#places[entry] ?? 0;

  /** Bytes of an entry's line, newline included. */
  readonly lengthOf = (entry: number): number =>
    this.entries.readUInt32LE(entry * mixEntryBytes + mixEntryAt.length) + 1;

  /** The entries of a sorted run, in the order of their lines in it. */
  entriesIn(sortedRun: number): Uint32Array {
    const found = this.#byRun.subarray(this.#starts[sortedRun], this.#starts[sortedRun + 1]);
    // Already in that order, unless there are further copies of a row, whose order keys are independent.
    const isSorted = found.every(
      (entry, at) => at === 0 || this.offsetOf(found[at - 1] ?? 0) <= this.offsetOf(entry),
    );
    return isSorted ? found : found.sort((a, b) => this.offsetOf(a) - this.offsetOf(b));
  }

  #sortedRunOf(entry: number): number {
    return this.entries.readUInt32LE(entry * mixEntryBytes + mixEntryAt.sortedRun);
  }
}

/**
 * Reads the entries `[from, to)` of a mix plan.
 *
 * @throws {HeadraceError} ArtifactCorruptError where the plan has fewer entries.
 */
export function readStretch({ entriesPath, linesPaths }: LinePlaces, from: number, to: number): Stretch {
  const entries = Buffer.allocUnsafeSlow((to - from) * mixEntryBytes);
  const descriptor = openSync(entriesPath, 'r');
  try {
    if (readFully(descriptor, entries, from * mixEntryBytes) < entries.length)
      throw new HeadraceError('ArtifactCorruptError', `${entriesPath} has fewer than ${to} entries`);
  } finally {
    closeSync(descriptor);
  }
  return new Stretch(entries, linesPaths.length);
}
