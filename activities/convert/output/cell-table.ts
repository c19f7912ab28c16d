import { cellBits, cellCount } from '../../../core/mix/shuffle-sizes.js';
import { cellTableBytes } from '../../../core/store/entry-sizes.js';
import { crc32 } from '../../../files/crc32.js';
import { entryAt, entryBytes } from './sorted-run-format.js';

/**
 * The end of `run-<n>.index`, behind the entries: a row for each cell of the key space, little-endian. It
 * gives the place of every partition in the sorted run, however many partitions there are.
 *
 * | bytes of a row | what |
 * | --- | --- |
 * | 0 … 3 | entries |
 * | 4 … 9 | bytes of their lines, newlines included |
 * | 10 … 13 | CRC-32 of the entries; 0 where there are none |
 */
const rowBytes = cellTableBytes / cellCount;
export { cellTableBytes };
const rowAt = { entries: 0, bytes: 4, crc: 10 } as const;

/** The cell of a key that begins at byte `at`. */
export function cellOf(bytes: Buffer, at = 0): number {
  return bytes.readUInt16BE(at) >> (16 - cellBits);
}

/** What a cell of a sorted run holds. */
export interface Cell {
  readonly entries: number;
  readonly bytes: number;
  readonly crc: number;
}

/** Makes the table of a sorted run. */
export class CellTally {
  readonly #table = Buffer.alloc(cellTableBytes);
  #cell = 0;
  #entries = 0;
  #bytes = 0;
  #crc = 0;

  /** Adds the next entry of the sorted run. */
  add(entry: Buffer): void {
    const cell = cellOf(entry);
    if (cell !== this.#cell) this.#close(cell);
    this.#entries += 1;
    this.#bytes += entry.readUInt32LE(entryAt.length) + 1;
    this.#crc = crc32(entry, this.#crc);
  }

  /** The table of all entries. */
  finish(): Buffer {
    this.#close(0);
    return this.#table;
  }

  #close(next: number): void {
    const row = this.#cell * rowBytes;
    this.#table.writeUInt32LE(this.#entries, row + rowAt.entries);
    this.#table.writeUIntLE(this.#bytes, row + rowAt.bytes, 6);
    this.#table.writeUInt32LE(this.#crc, row + rowAt.crc);
    [this.#cell, this.#entries, this.#bytes, this.#crc] = [next, 0, 0, 0];
  }
}

/** The row of a cell in a table. */
export function cellIn(table: Buffer, cell: number): Cell {
  const row = cell * rowBytes;
  return {
    entries: table.readUInt32LE(row + rowAt.entries),
    bytes: table.readUIntLE(row + rowAt.bytes, 6),
    crc: table.readUInt32LE(row + rowAt.crc),
  };
}

/** CRC-32 of the entries of each cell, of sorted entries that are read in blocks of whole cells. */
export class CellChecks {
  readonly #first: number;
  readonly #crcs: Buffer;

  /** @param cells - cells `[from, to)`, of which all entries are added. */
  constructor({ from, to }: { readonly from: number; readonly to: number }) {
    this.#first = from;
    this.#crcs = Buffer.alloc((to - from) * 4);
  }

  /** @param block - entries in ascending order of their keys. */
  add(block: Buffer): void {
    for (let from = 0; from < block.length;) {
      const cell = cellOf(block, from);
      let to = from + entryBytes;
      while (to < block.length && cellOf(block, to) === cell) to += entryBytes;
      this.set(cell, crc32(block.subarray(from, to)));
      from = to;
    }
  }

  set(cell: number, crc: number): void {
    const at = (cell - this.#first) * 4;
    if (at >= 0 && at < this.#crcs.length) this.#crcs.writeUInt32LE(crc, at);
  }

  /** CRC-32 of the CRC-32s of all cells. */
  finish(): number {
    return crc32(this.#crcs);
  }
}
