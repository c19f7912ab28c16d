import type { JsonKernel } from '../../../activities/convert/json-bytes/json-kernel.js';
import { PlainRow } from './plain-row.js';

const [backslash, letterU] = [0x5c, 0x75];
const shortEscapes = new Map(
  Object.entries({ '\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r', '"': '"', '\\': '\\' }).map(
    ([char, letter]) => [char.charCodeAt(0), letter.charCodeAt(0)],
  ),
);
const shortLetters = new Set(shortEscapes.values());

/** The kernel in TypeScript, a byte at a time: what the one in WebAssembly is compared with. */
export function createPlainKernel(memoryBytes: number): JsonKernel {
  return new PlainKernel(memoryBytes);
}

class PlainKernel implements JsonKernel {
  readonly memory: Buffer;
  #surplus = 0;

  constructor(memoryBytes: number) {
    this.memory = Buffer.alloc(memoryBytes);
  }

  readRow(at: number, end: number, table: number, capacity: number): number {
    const row = new PlainRow(this.memory.toString('latin1', at, end));
    if (!row.read() || row.values.length > capacity) return -1;
    const numbers = row.values.flatMap(([keyStart = 0, keyEnd = 0, start = 0, valueEnd = 0, ...others]) => [
      ...[keyStart, keyEnd, start, valueEnd].map((position) => at + position),
      ...others,
    ]);
    new Int32Array(this.memory.buffer, table).set(numbers);
    return row.values.length;
  }

  escapeText(from: number, to: number, into: number): number {
    const { memory } = this;
    let [surplus, end] = [0, into];
    for (let at = from; at < to; at += 1) {
      const byte = memory[at] ?? 0;
      surplus += surplusOf(byte);
      const letter = shortEscapes.get(byte);
      if (letter !== undefined) end = memory.writeUInt8(letter, memory.writeUInt8(backslash, end));
      else if (byte < 0x20) end += memory.write(controlEscape(byte), end, 'latin1');
      else end = memory.writeUInt8(byte, end);
    }
    this.#surplus = surplus;
    return end;
  }

  unescapeText(from: number, to: number, into: number): number {
    const { memory } = this;
    let end = into;
    for (let at = from; at < to;) {
      const length = memory[at] === backslash ? this.#escapeLength(at) : 1;
      const text = memory.toString('latin1', at, at + length);
      end += memory.write(length === 1 ? text : (JSON.parse(`"${text}"`) as string), end, 'latin1');
      at += length;
    }
    return end;
  }

  surplusBytes(): number {
    return this.#surplus;
  }

  copy(into: number, from: number, bytes: number): void {
    this.memory.copyWithin(into, from, from + bytes);
  }

  #escapeLength(at: number): number {
    const letter = this.memory[at + 1] ?? 0;
    if (shortLetters.has(letter)) return 2;
    if (letter !== letterU) return 0;
    const code = Number.parseInt(this.memory.toString('latin1', at + 2, at + 6), 16);
    const isCanonical =
      code < 0x20 &&
      !shortEscapes.has(code) &&
      this.memory.toString('latin1', at, at + 6) === controlEscape(code);
    return isCanonical ? 6 : 0;
  }
}

function controlEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/**
 * What a byte adds to bytes less code units: characters of two and three bytes have one unit, those of four
 * have two.
 */
function surplusOf(byte: number): number {
  if (byte >= 0x80 && byte < 0xc0) return 1;
  return byte >= 0xf0 ? -1 : 0;
}
