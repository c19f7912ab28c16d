import { jsonKernelWasm } from './json-kernel-wasm.js';

/**
 * Functions on one block of memory, which is the caller's. Addresses are positions in it. A function may read, and
 * `escapeText` may write, up to 15 bytes behind the end of a text.
 */
export interface JsonKernel {
  readonly memory: Buffer;
  /**
   * The address of the closing quote of a string that is spelt as JSON.stringify spells it, -1 for any other. A string
   * without an end is found at the next control character.
   *
   * @param at - the address of the first byte behind the opening quote. The string is UTF-8.
   */
  skipString(at: number): number;
  /**
   * Writes the text `[from, to)` at `into` as JSON.stringify spells it, without quotes. Returns the address behind the
   * last byte written. The text is UTF-8.
   */
  escapeText(from: number, to: number, into: number): number;
  /** Bytes less UTF-16 code units of what `skipString` or `escapeText` read last, quotes not counted. */
  surplusBytes(): number;
  copy(into: number, from: number, bytes: number): void;
}

const pageBytes = 65_536;

/** The kernel in WebAssembly: `assembly/json-kernel.ts`, compiled. Its memory begins as zeros and never moves. */
export function createWasmKernel(memoryBytes: number): JsonKernel {
  const pages = Math.ceil(memoryBytes / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const module = new WebAssembly.Module(Buffer.from(jsonKernelWasm, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const functions = exports as unknown as Omit<JsonKernel, 'memory'>;
  return { ...functions, memory: Buffer.from(memory.buffer) };
}
