import { join } from 'node:path';
import { heldoutHashBytes, heldoutPrefix } from '../../../core/mix/heldout.js';
import { digestBytes, digestPrefix } from '../../../core/mix/order-key.js';
import { crc32 } from '../../../files/crc32.js';
import { FileWriter } from '../../../files/file-writer.js';
import { writeSha256 } from '../../../files/sha256.js';
import { sortedOrder } from '../../../files/sorted-order.js';
import type { ConvertedRow } from '../rows/converted-row.js';
import { CellTally } from './cell-table.js';
import { entryAt, entryBytes, indexName, linesName } from './sorted-run-format.js';

const newline = 0x0a;
/** Lines are held in memory up to this size, then sorted and written as one sorted run. */
const arenaBytes = 16 * 1024 * 1024;
const firstArenaBytes = 1024 * 1024;

/** The arena of the last piece, reused for the next: a thread converts one piece at a time. */
let spareArena = Buffer.allocUnsafeSlow(0);

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

/** Collects conversations and writes them as sorted runs. Memory: one arena, or one line longer than it. */
export class SortedRunWriter {
  readonly #dir: string;
  readonly #prefix: Buffer;
  readonly #written: SortedRunSize[] = [];
  #arena: Buffer<ArrayBuffer>;
  #used = 0;
  #index = Buffer.allocUnsafeSlow(0);
  #entries = 0;

  constructor(dir: string, seed: number) {
    this.#dir = dir;
    this.#prefix = Buffer.from(digestPrefix(seed));
    this.#arena = spareArena;
    spareArena = Buffer.allocUnsafeSlow(0);
  }

  /** @param row - in the slice, from 1. */
  add(converted: ConvertedRow, slice: number, row: number): void {
    // The prefix and the line are neighbours, so that one call hashes both.
    const at = this.#reserve(this.#prefix.length + converted.maxBytes + 1);
    const start = at + this.#prefix.copy(this.#arena, at);
    const { end, assistantChars } = converted.writeTo(this.#arena, start);
    this.#arena[end] = newline;
    this.#used = end + 1;

    const entry = this.#nextEntry();
    writeSha256(this.#arena.subarray(at, end), this.#index, entry + entryAt.digest, digestBytes);
    writeSha256(prefixedPrompt(converted.prompt), this.#index, entry + entryAt.heldout, heldoutHashBytes);
    this.#index.writeUIntLE(start, entry + entryAt.offset, 6);
    this.#index.writeUInt32LE(end - start, entry + entryAt.length);
    this.#index.writeUInt32LE(assistantChars, entry + entryAt.assistantChars);
    this.#index.writeUInt32LE(slice, entry + entryAt.slice);
    this.#index.writeUInt32LE(row, entry + entryAt.row);
    this.#index.writeUInt32LE(crc32(this.#arena.subarray(start, end)), entry + entryAt.crc);
  }

  /** Writes the rest. Returns the sizes of all sorted runs. */
  finish(): readonly SortedRunSize[] {
    if (this.#entries > 0) this.#write();
    if (this.#arena.length <= arenaBytes) spareArena = this.#arena;
    return this.#written;
  }

  #reserve(bytes: number): number {
    if (this.#used + bytes > arenaBytes && this.#entries > 0) this.#write();
    if (this.#used + bytes > this.#arena.length) this.#grow(this.#used + bytes);
    return this.#used;
  }

  #grow(bytes: number): void {
    const doubled = Math.min(arenaBytes, Math.max(firstArenaBytes, 2 * this.#arena.length));
    const grown = Buffer.allocUnsafeSlow(Math.max(bytes, doubled));
    this.#arena.copy(grown, 0, 0, this.#used);
    this.#arena = grown;
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
    const lines = new FileWriter(join(this.#dir, linesName(sortedRun)));
    const cells = new CellTally();
    for (const entry of this.#sorted()) {
      const bytes = this.#index.subarray(entry * entryBytes, (entry + 1) * entryBytes);
      const start = bytes.readUIntLE(entryAt.offset, 6);
      bytes.writeUIntLE(lines.bytes, entryAt.offset, 6);
      index.write(bytes);
      cells.add(bytes);
      lines.write(this.#arena.subarray(start, start + bytes.readUInt32LE(entryAt.length) + 1));
    }
    this.#written.push({ entries: this.#entries, bytes: lines.bytes });
    index.write(cells.finish());
    index.close();
    lines.close();
    this.#used = 0;
    this.#entries = 0;
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
