import { CanonicalLine, chunkBytes } from './canonical-line.js';
import { createWasmKernel, type JsonKernel } from './json-kernel.js';
import { JsonRow, tableBytes } from './json-row.js';

const readBlockBytes = 4 * 1024 * 1024;
/** Bytes of the arena. */
export const arenaBytes = 16 * 1024 * 1024;
/**
 * Zeros between the areas: room for what the kernel accesses after a text, and the end of unclosed strings.
 */
const gapBytes = 65_536;
const constantsAt = 0;
const readBlockAt = constantsAt + gapBytes;
const textAt = readBlockAt + readBlockBytes + gapBytes;
const decodedAt = textAt + chunkBytes + gapBytes;
const tableAt = decodedAt + readBlockBytes + gapBytes;
const arenaAt = tableAt + tableBytes + gapBytes;
const memoryBytes = arenaAt + arenaBytes + gapBytes;

/** A block from {@link JsonBytes.lendReadBlock}. */
export interface LentBlock {
  readonly block: Buffer;
  /** To be called after the last use of the block. */
  readonly giveBack: () => void;
}

/**
 * JSON as bytes: reads strings in place, in a block that files are read into, and builds canonical lines in
 * an arena, where they are hashed and written to disk from; without JavaScript strings. All of it is one
 * block of memory.
 *
 * The corpora of `bench/mix` are converted with 37 % of the CPU time that JSON.parse and JSON.stringify take
 * for JSON Lines, and 57 % for parquet. With the kernel in TypeScript, a byte at a time, it is 63 % for JSON
 * Lines, and parquet is slower than with JSON.stringify.
 */
export class JsonBytes {
  readonly #kernel: JsonKernel;
  readonly #readBlock: Buffer;
  /** The whole memory. */
  readonly memory: Buffer;
  /** Where the arena begins in the memory; it has {@link arenaBytes}. */
  readonly arenaAt = arenaAt;
  readonly #line: CanonicalLine;
  readonly #row: JsonRow;
  #isLent = false;

  /** @param createKernel - returns a kernel with a memory of this size. */
  constructor(createKernel: (memoryBytes: number) => JsonKernel) {
    this.#kernel = createKernel(memoryBytes);
    this.memory = this.#kernel.memory;
    this.#readBlock = this.memory.subarray(readBlockAt, readBlockAt + readBlockBytes);
    this.#line = new CanonicalLine(this.#kernel, { constantsAt, textAt });
    this.#row = new JsonRow(this.#kernel, tableAt);
  }

  /**
   * The read block. While it is lent, other callers get a new block, whose strings cannot be read in place.
   */
  lendReadBlock(): LentBlock {
    if (this.#isLent) return { block: Buffer.allocUnsafeSlow(readBlockBytes), giveBack: () => {} };
    this.#isLent = true;
    return {
      block: this.#readBlock,
      giveBack: () => {
        this.#isLent = false;
      },
    };
  }

  /**
   * Reads the JSON object `bytes[start, end)`, which is UTF-8. `undefined` for what {@link JsonRow.read} does
   * not read, and for bytes outside the memory. Valid until the next row is read. There is only one at a
   * time.
   */
  readRow(bytes: Buffer, start: number, end: number): JsonRow | undefined {
    if (bytes.buffer !== this.memory.buffer) return undefined;
    const from = bytes.byteOffset;
    return this.#row.read(from + start, from + end) ? this.#row : undefined;
  }

  /**
   * The text of a canonical string, `[start, end)` of the memory without its quotes, as UTF-8. Valid until
   * the next call.
   */
  decoded(start: number, end: number): Uint8Array {
    const decodedEnd = this.#kernel.unescapeText(start, end, decodedAt);
    return this.memory.subarray(decodedAt, decodedEnd);
  }

  /**
   * Starts a line at a position of the arena. There is only one at a time.
   *
   * @param memory - that of this instance.
   */
  startLine(memory: Buffer, at: number): CanonicalLine {
    if (memory !== this.memory) throw new Error('A line is built in the memory that holds its texts');
    this.#line.start(at);
    return this.#line;
  }
}

/** The instance of this thread. */
export const threadJsonBytes = new JsonBytes(createWasmKernel);
