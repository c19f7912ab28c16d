import type { JsonKernel } from './json-kernel.js';
import { isString } from './json-values.js';

/** The text of a JSON string, without its quotes: `[start, end)` of the memory. */
export interface StringSpan {
  readonly start: number;
  readonly end: number;
  /** UTF-16 code units of the text, after its escapes are decoded. */
  readonly codeUnits: number;
}

/** Numbers of a value in the table. */
const valueNumbers = 6;
const at = { keyStart: 0, keyEnd: 1, start: 2, end: 3, codeUnits: 4, next: 5 } as const;
/** Most values of a row, and the bytes of their table. */
const capacity = 16_384;
export const tableBytes = capacity * valueNumbers * Int32Array.BYTES_PER_ELEMENT;

/**
 * The values of the row that was read last, down to the members of its messages, numbered in the order of the
 * text. What is in a value has the numbers behind it. Addresses are positions in the kernel's memory.
 *
 * ```ts
 * for (let column = 0; column < row.values; column = row.next(column))
 *   for (let element = column + 1; element < row.next(column); element = row.next(element)) {}
 * ```
 */
export class JsonRow {
  readonly #kernel: JsonKernel;
  readonly #tableAt: number;
  readonly #table: Int32Array;
  /** The number of values. */
  values = 0;

  /** @param tableAt - where {@link tableBytes} of the kernel's memory are free. */
  constructor(kernel: JsonKernel, tableAt: number) {
    this.#kernel = kernel;
    this.#tableAt = tableAt;
    this.#table = new Int32Array(kernel.memory.buffer, tableAt, capacity * valueNumbers);
  }

  /**
   * Reads the JSON object `[start, end)` of the memory. False for what is no object, and for one that is left
   * to JSON.parse: of many or deep values, keys with escapes, strings that are not what JSON.stringify
   * writes.
   */
  read(start: number, end: number): boolean {
    this.values = this.#kernel.readRow(start, end, this.#tableAt, capacity);
    return this.values !== -1;
  }

  /** The value behind `value` and all that is in it. */
  next(value: number): number {
    return this.#number(value, at.next);
  }

  keyStart(value: number): number {
    return this.#number(value, at.keyStart);
  }

  keyEnd(value: number): number {
    return this.#number(value, at.keyEnd);
  }

  start(value: number): number {
    return this.#number(value, at.start);
  }

  end(value: number): number {
    return this.#number(value, at.end);
  }

  /** The text of a string; `undefined` for other values. */
  string(value: number): StringSpan | undefined {
    const start = this.start(value);
    if (!isString(this.#kernel.memory, start)) return undefined;
    return { start: start + 1, end: this.end(value) - 1, codeUnits: this.#number(value, at.codeUnits) };
  }

  #number(value: number, index: number): number {
    return this.#table[value * valueNumbers + index] ?? 0;
  }
}
