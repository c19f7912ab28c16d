import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { HeadraceError } from '../../../core/errors.js';
import { copySuffix, digestPrefix } from '../../../core/mix/order-key.js';
import { crc32 } from '../../../files/crc32.js';
import { FileWriter } from '../../../files/file-writer.js';
import { sha256 } from '../../../files/sha256.js';
import { readFully } from '../../../files/read-fully.js';
import { readEntries } from '../format/entry-file.js';
import { mixEntryAt, mixEntryBytes } from '../format/mix-entry.js';

/** Entries sorted in memory at a time. */
const spillEntries = 131_072;
const maxOpenFiles = 128;

/**
 * Makes the further copies of repeated rows. Each copy has its own order key, so copies are sorted in memory,
 * spilled to disk and merged later.
 */
export class CopyMaker {
  readonly #linesPaths: readonly string[];
  readonly #seed: number;
  readonly #scratch: string;
  /** Descriptors by the number of the sorted run. */
  readonly #open = new Map<number, number>();
  readonly #spills: string[] = [];
  #held: Buffer[] = [];

  /**
   * @param linesPaths - of the sorted runs, as entries number them.
   * @param scratch - a folder for the spilled copies.
   */
  constructor(linesPaths: readonly string[], seed: number, scratch: string) {
    this.#linesPaths = linesPaths;
    this.#seed = seed;
    this.#scratch = scratch;
  }

  /** Adds copies 1 … `repeat` − 1 of a row. */
  add(entry: Buffer, repeat: number): void {
    const text = Buffer.concat([Buffer.from(digestPrefix(this.#seed)), this.readLine(entry)]);
    for (let number = 1; number < repeat; number += 1) {
      const copy = Buffer.from(entry);
      sha256(Buffer.concat([text, Buffer.from(copySuffix(number))])).copy(copy, mixEntryAt.order);
      copy.writeUInt32LE(number, mixEntryAt.copy);
      this.#held.push(copy);
      if (this.#held.length === spillEntries) this.#spill();
    }
  }

  /** The copies as sorted streams. Each has the place of the row's own line. */
  finish(): readonly Iterable<Buffer>[] {
    if (this.#held.length > 0) this.#spill();
    return this.#spills.map((path) => readEntries(path));
  }

  close(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  /**
   * The line of an entry, without its newline.
   *
   * @throws {HeadraceError} ArtifactCorruptError where it has changed since its conversion.
   */
  readLine(entry: Buffer): Buffer {
    const line = Buffer.allocUnsafe(entry.readUInt32LE(mixEntryAt.length));
    const sortedRun = entry.readUInt32LE(mixEntryAt.sortedRun);
    const offset = entry.readUIntLE(mixEntryAt.offset, 6);
    const used = readFully(this.#descriptor(sortedRun), line, offset);
    if (used < line.length || crc32(line) !== entry.readUInt32LE(mixEntryAt.crc))
      throw new HeadraceError(
        'ArtifactCorruptError',
        `${this.#linesPaths[sortedRun]} was changed at byte ${offset} since its conversion`,
      );
    return line;
  }

  #spill(): void {
    const path = join(this.#scratch, `copies-${this.#spills.length}`);
    const file = new FileWriter(path);
    for (const entry of this.#held.sort((a, b) => a.compare(b))) file.write(entry);
    file.close();
    this.#spills.push(path);
    this.#held = [];
  }

  #descriptor(sortedRun: number): number {
    const open = this.#open.get(sortedRun);
    if (open !== undefined) return open;
    for (const [oldest, descriptor] of this.#open) {
      if (this.#open.size < maxOpenFiles) break;
      closeSync(descriptor);
      this.#open.delete(oldest);
    }
    const descriptor = openSync(this.#linesPaths[sortedRun] ?? '', 'r');
    this.#open.set(sortedRun, descriptor);
    return descriptor;
  }
}

/** Merges streams of entries that are each in the order of their keys. */
export function* mergeSorted(streams: readonly Iterable<Buffer>[]): Generator<Buffer> {
  const iterators = streams.map((stream) => stream[Symbol.iterator]());
  const heads = iterators.map((iterator) => iterator.next());
  for (;;) {
    let first = -1;
    let least: Buffer | undefined;
    for (const [index, head] of heads.entries()) {
      if (head.done === true) continue;
      if (least === undefined || head.value.compare(least, 0, mixEntryBytes) < 0) {
        first = index;
        least = head.value;
      }
    }
    const iterator = iterators[first];
    if (least === undefined || iterator === undefined) return;
    yield least;
    heads[first] = iterator.next();
  }
}
