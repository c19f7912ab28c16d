import type { Role } from '../../../core/convert/conversation/roles.js';
import type { JsonKernel } from './json-kernel.js';

const firstOpening = (role: Role): string => `{"messages":[{"role":"${role}","content":"`;
const nextOpening = (role: Role): string => `"},{"role":"${role}","content":"`;
const closing = '"}]}';
const maxOpeningBytes = firstOpening('assistant').length;

/** A text in the kernel's memory. */
interface Constant {
  readonly at: number;
  readonly bytes: number;
}

/** Addresses in the kernel's memory, at least 16 bytes between the areas. */
export interface LineAreas {
  /** For the texts that all lines have in common: 1 KiB. */
  readonly constantsAt: number;
  /** For a text that is escaped: {@link chunkBytes}. */
  readonly textAt: number;
}

/** The most bytes that are escaped by one call. */
export const chunkBytes = 256 * 1024;
/** Bytes of the longest line that can be built. */
export const lineBytes = 6 * chunkBytes;

/** An upper bound for the bytes of a line with this many messages and bytes of JSON in their texts. */
export function maxLineBytes(messages: number, textBytes: number): number {
  return messages * maxOpeningBytes + textBytes + closing.length;
}

/**
 * A line of train.jsonl under construction, at its place in the kernel's memory. The caller checks with
 * {@link maxLineBytes} that there is room, and that the line is not longer than {@link lineBytes}.
 */
export class CanonicalLine {
  readonly #kernel: JsonKernel;
  readonly #areas: LineAreas;
  readonly #firstOpenings: Readonly<Record<Role, Constant>>;
  readonly #nextOpenings: Readonly<Record<Role, Constant>>;
  readonly #closing: Constant;
  #start = 0;
  #end = 0;

  constructor(kernel: JsonKernel, areas: LineAreas) {
    this.#kernel = kernel;
    this.#areas = areas;
    let constantsEnd = areas.constantsAt;
    const constant = (text: string): Constant => {
      const at = constantsEnd;
      const bytes = kernel.memory.write(text, at);
      constantsEnd += bytes;
      return { at, bytes };
    };
    this.#firstOpenings = forEachRole((role) => constant(firstOpening(role)));
    this.#nextOpenings = forEachRole((role) => constant(nextOpening(role)));
    this.#closing = constant(closing);
  }

  /** Starts an empty line at this address. */
  start(at: number): void {
    this.#start = at;
    this.#end = at;
  }

  /** Adds a message whose text is the JSON `[start, end)` of the memory, without its quotes. */
  addJson(role: Role, start: number, end: number): void {
    this.#open(role);
    this.#copy(start, end - start);
  }

  /**
   * Adds a message. Returns the UTF-16 code units of its text.
   *
   * @param text - UTF-8.
   */
  addText(role: Role, text: Uint8Array): number {
    this.#open(role);
    let codeUnits = 0;
    for (let from = 0; from < text.length; from += chunkBytes)
      codeUnits += this.#escape(text.length <= chunkBytes ? text : text.subarray(from, from + chunkBytes));
    return codeUnits;
  }

  /** Closes the line. Returns the address after it. */
  close(): number {
    this.#copy(this.#closing.at, this.#closing.bytes);
    return this.#end;
  }

  #open(role: Role): void {
    const openings = this.#end === this.#start ? this.#firstOpenings : this.#nextOpenings;
    this.#copy(openings[role].at, openings[role].bytes);
  }

  #copy(from: number, bytes: number): void {
    this.#kernel.copy(this.#end, from, bytes);
    this.#end += bytes;
  }

  #escape(text: Uint8Array): number {
    const { textAt } = this.#areas;
    this.#kernel.memory.set(text, textAt);
    this.#end = this.#kernel.escapeText(textAt, textAt + text.length, this.#end);
    return text.length - this.#kernel.surplusBytes();
  }
}

function forEachRole<Value>(make: (role: Role) => Value): Readonly<Record<Role, Value>> {
  return { user: make('user'), assistant: make('assistant'), system: make('system'), tool: make('tool') };
}
