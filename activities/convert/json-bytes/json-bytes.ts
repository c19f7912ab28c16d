import { CanonicalLine, chunkBytes } from './canonical-line.js';
import { createWasmKernel, type JsonKernel } from './json-kernel.js';

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
const arenaAt = decodedAt + readBlockBytes + gapBytes;
const memoryBytes = arenaAt + arenaBytes + gapBytes;

/** The text of a JSON string, without its quotes: `[start, end)`. */
export interface StringSpan {
  readonly start: number;
  readonly end: number;
  /** UTF-16 code units of the text, after its escapes are decoded. */
  readonly codeUnits: number;
}

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
  #isLent = false;

  /** @param createKernel - returns a kernel with a memory of this size. */
  constructor(createKernel: (memoryBytes: number) => JsonKernel) {
    this.#kernel = createKernel(memoryBytes);
    this.memory = this.#kernel.memory;
    this.#readBlock = this.memory.subarray(readBlockAt, readBlockAt + readBlockBytes);
    this.#line = new CanonicalLine(this.#kernel, { constantsAt, textAt });
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

  /** Whether `bytes` lie in the memory. */
  holds(bytes: Buffer): boolean {
    return bytes.buffer === this.memory.buffer;
  }

  /**
   * The position of the closing quote of a string that is what JSON.stringify writes, -1 for any other.
   *
   * @param bytes - UTF-8 in the read block. A control character or the end of the block follows the string.
   * @param at - the position of the first byte after the opening quote.
   */
  skipString(bytes: Buffer, at: number): number {
    const end = this.#kernel.skipString(bytes.byteOffset + at);
    return end === -1 ? -1 : end - bytes.byteOffset;
  }

  /** As {@link skipString}, for a string without escapes; -1 for any other. */
  skipPlainString(bytes: Buffer, at: number): number {
    const end = this.#kernel.skipPlainString(bytes.byteOffset + at);
    return end === -1 ? -1 : end - bytes.byteOffset;
  }

  /**
   * The text of a string that is what JSON.stringify writes; `undefined` for any other. As {@link
   * skipString}.
   */
  readString(bytes: Buffer, at: number): StringSpan | undefined {
    const end = this.skipString(bytes, at);
    return end === -1 ? undefined : { start: at, end, codeUnits: end - at - this.#kernel.surplusBytes() };
  }

  /**
   * The text of a string that {@link readString} has read, `[start, end)` of the read block, as UTF-8. Valid
   * until the next call.
   */
  decoded(bytes: Buffer, start: number, end: number): Uint8Array {
    const from = bytes.byteOffset + start;
    const decodedEnd = this.#kernel.unescapeText(from, from + end - start, decodedAt);
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
