import { jsonKernelWasm } from './json-kernel-wasm.js';

/**
 * Functions on one block of memory, which belongs to the caller. Addresses are positions in it. A string is
 * canonical if it is what JSON.stringify writes. All text is UTF-8. A function may read, and `escapeText` and
 * `unescapeText` may write, up to 15 bytes after the end of a text.
 */
export interface JsonKernel {
  readonly memory: Buffer;
  /**
   * Reads the JSON object `[at, end)`, with white space around it, and writes a table of its values down to
   * the third depth, in the order of the text: for each of them six 32-bit integers. They are the addresses
   * where its key starts and ends (the same two in a list), without quotes, and where its JSON starts and
   * ends; for strings, the UTF-16 code units of the text; the place in the table of the value behind it and
   * all that is in it.
   *
   * Returns how many values there are; -1 for what is no object, and for one with more than a hundred depths
   * or more than `capacity` values, with keys that have escapes, or strings that are not canonical. An
   * unclosed string ends at the next control character.
   *
   * @param end - what follows is read where the object is cut short. At last there has to be a zero.
   * @param table - the address of the table.
   */
  readRow(at: number, end: number, table: number, capacity: number): number;
  /**
   * Writes the text `[from, to)` at `into` as a canonical string without its quotes. Returns the address
   * after the last byte written.
   */
  escapeText(from: number, to: number, into: number): number;
  /**
   * Writes the text of the canonical string `[from, to)`, given without its quotes, at `into`. Returns the
   * address after the last byte written.
   */
  unescapeText(from: number, to: number, into: number): number;
  /** Bytes minus UTF-16 code units of the text that `escapeText` read last. */
  surplusBytes(): number;
  copy(into: number, from: number, bytes: number): void;
}

const pageBytes = 65_536;

/** The kernel in WebAssembly, compiled from `assembly/json-kernel.ts`. Its memory is all zeros at first. */
export function createWasmKernel(memoryBytes: number): JsonKernel {
  const pages = Math.ceil(memoryBytes / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const module = new WebAssembly.Module(Buffer.from(jsonKernelWasm, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const functions = exports as unknown as Omit<JsonKernel, 'memory'>;
  return { ...functions, memory: Buffer.from(memory.buffer) };
}
