import { jsonKernelWasm } from './json-kernel-wasm.js';

/**
 * Functions on one block of memory, which belongs to the caller. Addresses are positions in it. A string is
 * canonical if it is what JSON.stringify writes. All text is UTF-8. A function may read, and `escapeText` and
 * `unescapeText` may write, up to 15 bytes after the end of a text.
 */
export interface JsonKernel {
  readonly memory: Buffer;
  /**
   * The address of the closing quote of a canonical string, -1 for any other. An unclosed string ends at the
   * next control character.
   *
   * @param at - the address of the first byte after the opening quote.
   */
  skipString(at: number): number;
  /** As {@link skipString}, for strings without escapes; -1 for any other. */
  skipPlainString(at: number): number;
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
  /** Bytes minus UTF-16 code units of the text that `skipString` or `escapeText` read last. */
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
