import { CanonicalLine, lineBytes, stepBytes } from './canonical-line.js';
import { createWasmKernel, type JsonKernel } from './json-kernel.js';

const readBlockBytes = 4 * 1024 * 1024;
/** Zeros around each area: what the kernel touches behind a text, and what ends a string that is not closed. */
const gapBytes = 65_536;
const constantsAt = 0;
const readBlockAt = constantsAt + gapBytes;
const textAt = readBlockAt + readBlockBytes + gapBytes;
const lineAt = textAt + stepBytes + gapBytes;
const memoryBytes = lineAt + lineBytes + gapBytes;

/** The text of a JSON string, without its quotes: `[start, end)`. */
export interface StringSpan {
  readonly start: number;
  readonly end: number;
  /** UTF-16 code units of the text, its escapes undone. */
  readonly codeUnits: number;
}

export interface LentBlock {
  readonly block: Buffer;
  /** Has to be called when the block is read no more. */
  readonly giveBack: () => void;
}

/**
 * JSON as bytes: reads strings in place in a block that files are read into, and builds canonical lines, without making
 * JavaScript strings of either.
 */
export class JsonBytes {
  readonly #kernel: JsonKernel;
  readonly #readBlock: Buffer;
  readonly #line: CanonicalLine;
  #isLent = false;

  /** @param createKernel - makes a kernel on so many bytes of zeros. */
  constructor(createKernel: (memoryBytes: number) => JsonKernel) {
    this.#kernel = createKernel(memoryBytes);
    this.#readBlock = this.#kernel.memory.subarray(readBlockAt, readBlockAt + readBlockBytes);
    this.#line = new CanonicalLine(this.#kernel, { constantsAt, textAt, lineAt });
  }

  /** The read block. While it is lent, further callers get a block of their own, whose strings cannot be read in place. */
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

  /** Whether `bytes` lie in the read block. */
  holds(bytes: Buffer): boolean {
    return bytes.buffer === this.#readBlock.buffer;
  }

  /**
   * The position of the closing quote of a string that is spelt as JSON.stringify spells it, -1 for any other.
   *
   * @param bytes - UTF-8 in the read block; behind the string comes a control character or the block's end.
   * @param at - of the first byte behind the opening quote.
   */
  skipString(bytes: Buffer, at: number): number {
    const end = this.#kernel.skipString(bytes.byteOffset + at);
    return end === -1 ? -1 : end - bytes.byteOffset;
  }

  /** As {@link skipString}, and counts the text. `undefined` for a string with another spelling. */
  readString(bytes: Buffer, at: number): StringSpan | undefined {
    const end = this.skipString(bytes, at);
    return end === -1 ? undefined : { start: at, end, codeUnits: end - at - this.#kernel.surplusBytes() };
  }

  /** An empty line. There is one a thread: what was built before is dropped. */
  startLine(): CanonicalLine {
    this.#line.clear();
    return this.#line;
  }
}

/** The one of this thread. */
export const threadJsonBytes = new JsonBytes(createWasmKernel);
