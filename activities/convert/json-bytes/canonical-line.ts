import type { Role } from '../../../core/convert/roles.js';
import type { JsonKernel } from './json-kernel.js';

const roles = ['user', 'assistant', 'system'] as const satisfies readonly Role[];
const firstOpening = (role: Role): string => `{"messages":[{"role":"${role}","content":"`;
const nextOpening = (role: Role): string => `"},{"role":"${role}","content":"`;
const closing = '"}]}';
const maxOpeningBytes = firstOpening('assistant').length;

/** A text in the kernel's memory. */
interface Constant {
  readonly at: number;
  readonly bytes: number;
}

/** Addresses in the kernel's memory. The areas are apart by 16 bytes or more. */
export interface LineAreas {
  /** One page, for what all lines have in common. */
  readonly constantsAt: number;
  /** Of {@link stepBytes}, for a text that is to be escaped. */
  readonly textAt: number;
  /** Of {@link lineBytes}. */
  readonly lineAt: number;
}

/** Bytes of a text that are escaped by one call. */
export const stepBytes = 256 * 1024;
/** The longest line that can be built. */
export const lineBytes = 6 * stepBytes;

/** The most bytes that a line of `messages` messages has whose texts have `textBytes` bytes of JSON. */
export function maxLineBytes(messages: number, textBytes: number): number {
  return messages * maxOpeningBytes + textBytes + closing.length;
}

/**
 * A line of train.jsonl under construction, built in the kernel's memory and copied once to where it belongs. It has to fit into
 * {@link lineBytes}: see {@link maxLineBytes}.
 */
export class CanonicalLine {
  readonly #kernel: JsonKernel;
  readonly #areas: LineAreas;
  readonly #firstOpenings: Readonly<Record<Role, Constant>>;
  readonly #nextOpenings: Readonly<Record<Role, Constant>>;
  readonly #closing: Constant;
  #end: number;

  constructor(kernel: JsonKernel, areas: LineAreas) {
    this.#kernel = kernel;
    this.#areas = areas;
    this.#end = areas.lineAt;
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

  /** Drops what was built so far. */
  clear(): void {
    this.#end = this.#areas.lineAt;
  }

  /** Adds a message whose text is the JSON `[start, end)` of the read block, without its quotes. */
  addJson(role: Role, block: Buffer, start: number, end: number): void {
    this.#open(role);
    this.#copy(block.byteOffset + start, end - start);
  }

  /**
   * Adds a message. Returns the UTF-16 code units of its text.
   *
   * @param text - UTF-8.
   */
  addText(role: Role, text: Uint8Array): number {
    this.#open(role);
    let codeUnits = 0;
    for (let from = 0; from < text.length; from += stepBytes)
      codeUnits += this.#escape(text.length <= stepBytes ? text : text.subarray(from, from + stepBytes));
    return codeUnits;
  }

  /** Closes the line and copies it to `target`, without a newline. Returns where it ends there. */
  writeTo(target: Buffer, at: number): number {
    this.#copy(this.#closing.at, this.#closing.bytes);
    return at + this.#kernel.memory.copy(target, at, this.#areas.lineAt, this.#end);
  }

  #open(role: Role): void {
    const openings = this.#end === this.#areas.lineAt ? this.#firstOpenings : this.#nextOpenings;
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
  const [user, assistant, system] = roles.map(make) as [Value, Value, Value];
  return { user, assistant, system };
}
