import { join } from 'node:path';
import { heldoutHashBytes, heldoutPrefix } from '../../../core/mix/heldout.js';
import { digestBytes, digestPrefix } from '../../../core/mix/order-key.js';
import { crc32 } from '../../../files/crc32.js';
import { FileWriter, writePartsTo } from '../../../files/file-writer.js';
import { writeSha256 } from '../../../files/sha256.js';
import { sortedOrder } from '../../../files/sorted-order.js';
import { arenaBytes, threadJsonBytes } from '../json-bytes/json-bytes.js';
import type { ConvertedRow } from '../rows/converted-row.js';
import { CellTally } from './cell-table.js';
import { entryAt, entryBytes, indexName, linesName } from './sorted-run-format.js';

const newline = 0x0a;
/** The prefix of the held-out rule, and room for a prompt after it, so that one call hashes both. */
let heldoutInput = Buffer.from(heldoutPrefix);
const promptAt = heldoutInput.length;

/** The prefix and the prompt. The next call overwrites a block of bytes that this one returned. */
function prefixedPrompt(prompt: string | Uint8Array): string | Uint8Array {
  if (typeof prompt === 'string') return heldoutPrefix + prompt;
  const end = promptAt + prompt.length;
  if (end > heldoutInput.length) {
    const grown = Buffer.allocUnsafeSlow(2 * end);
    heldoutInput.copy(grown, 0, 0, promptAt);
    heldoutInput = grown;
  }
  heldoutInput.set(prompt, promptAt);
  return heldoutInput.subarray(0, end);
}

/** Size of a sorted run. */
export interface SortedRunSize {
  readonly entries: number;
  /** Of the lines, newlines included. */
  readonly bytes: number;
}

/**
 * Collects conversations in the arena of the thread, which writes one piece at a time. When it is full they
 * are sorted and written as one sorted run. A line that is longer than the arena is a sorted run of its own,
 * in memory of its own.
 */
export class SortedRunWriter {
  readonly #dir: string;
  readonly #prefix: Buffer;
  readonly #written: SortedRunSize[] = [];
  /** The lines are `#lines[…, #used)`, and there is room up to `#end`. */
  #lines = threadJsonBytes.memory;
  #used = threadJsonBytes.arenaAt;
  #end = threadJsonBytes.arenaAt + arenaBytes;
  #index = Buffer.allocUnsafeSlow(0);
  #entries = 0;

  constructor(dir: string, seed: number) {
    this.#dir = dir;
    this.#prefix = Buffer.from(digestPrefix(seed));
  }

  /** @param row - in the slice, from 1. */
  add(converted: ConvertedRow, slice: number, row: number): void {
    // The prefix and the line are neighbours, so that one call hashes both.
    const at = this.#reserve(this.#prefix.length + converted.maxBytes + 1);
    const start = at + this.#prefix.length;
    this.#lines.set(this.#prefix, at);
    const { end, assistantChars } = converted.writeTo(this.#lines, start);
    this.#lines[end] = newline;
    this.#used = end + 1;

    const entry = this.#nextEntry();
    writeSha256(this.#lines.subarray(at, end), this.#index, entry + entryAt.digest, digestBytes);
    writeSha256(prefixedPrompt(converted.prompt), this.#index, entry + entryAt.heldout, heldoutHashBytes);
    this.#index.writeUIntLE(start, entry + entryAt.offset, 6);
    this.#index.writeUInt32LE(end - start, entry + entryAt.length);
    this.#index.writeUInt32LE(assistantChars, entry + entryAt.assistantChars);
    this.#index.writeUInt32LE(slice, entry + entryAt.slice);
    this.#index.writeUInt32LE(row, entry + entryAt.row);
    this.#index.writeUInt32LE(crc32(this.#lines.subarray(start, end)), entry + entryAt.crc);
    if (this.#lines !== threadJsonBytes.memory) this.#write();
  }

  /** Writes the rest. Returns the sizes of all sorted runs. */
  finish(): readonly SortedRunSize[] {
    if (this.#entries > 0) this.#write();
    return this.#written;
  }

  #reserve(bytes: number): number {
    if (this.#used + bytes > this.#end && this.#entries > 0) this.#write();
    if (bytes > arenaBytes) this.#use(Buffer.allocUnsafeSlow(bytes), 0, bytes);
    return this.#used;
  }

  #use(lines: Buffer, start: number, end: number): void {
    this.#lines = lines;
    this.#used = start;
    this.#end = end;
  }

  #nextEntry(): number {
    const at = this.#entries * entryBytes;
    if (at === this.#index.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(1024 * entryBytes, 2 * this.#index.length));
      this.#index.copy(grown);
      this.#index = grown;
    }
    this.#entries += 1;
    return at;
  }

  #write(): void {
    const sortedRun = this.#written.length;
    const index = new FileWriter(join(this.#dir, indexName(sortedRun)));
    const cells = new CellTally();
    const lines: Uint8Array[] = [];
    let bytes = 0;
    for (const entry of this.#sorted()) {
      const line = this.#placed(entry, bytes);
      const row = this.#index.subarray(entry * entryBytes, (entry + 1) * entryBytes);
      index.write(row);
      cells.add(row);
      lines.push(line);
      bytes += line.length;
    }
    index.write(cells.finish());
    index.close();
    writePartsTo(join(this.#dir, linesName(sortedRun)), lines);
    this.#written.push({ entries: this.#entries, bytes });
    this.#entries = 0;
    const { memory, arenaAt } = threadJsonBytes;
    this.#use(memory, arenaAt, arenaAt + arenaBytes);
  }

  /** Writes the place of an entry's line in the file into the entry. Returns the line and its newline. */
  #placed(entry: number, place: number): Uint8Array {
    const at = entry * entryBytes;
    const start = this.#index.readUIntLE(at + entryAt.offset, 6);
    const length = this.#index.readUInt32LE(at + entryAt.length) + 1;
    this.#index.writeUIntLE(place, at + entryAt.offset, 6);
    return this.#lines.subarray(start, start + length);
  }

  /** The entries in ascending order of digest; equal ones in reading order. */
  #sorted(): Uint32Array {
    const index = this.#index;
    const entries = { bytes: index, entryBytes, keyAt: entryAt.digest, count: this.#entries };
    return sortedOrder(entries, (a, b) => {
      const [left, right] = [a * entryBytes + entryAt.digest, b * entryBytes + entryAt.digest];
      return index.compare(index, right, right + digestBytes, left, left + digestBytes) || a - b;
    });
  }
}
