/**
 * JSON strings as bytes: finds where one ends, or makes one of plain UTF-8, sixteen bytes at a step. JavaScript looks at a
 * byte at a time and makes a string of each text; this does neither, which is most of what converting a row costs. It is
 * a WebAssembly module of three functions, assembled below. It works on a memory of its own, one for each thread.
 */

/** The memory that the functions read and write. Never grows, so views of it stay good. */
const pageBytes = 65_536;
/** Pages: one for results and tables; the read block; room behind it, as reads are in steps; two for escaping. */
const readPages = 64;
const sourcePages = 4;
const madePages = 6 * sourcePages;
const readAt = pageBytes;
const sourceAt = readAt + (readPages + 1) * pageBytes;
const madeAt = sourceAt + (sourcePages + 1) * pageBytes;
const allPages = 1 + readPages + 1 + sourcePages + 1 + madePages + 1;

/** Where the functions leave how many code units of UTF-16 a text has less than bytes (of JSON) or more than none. */
const unitsAt = 0;
/** What stands behind the backslash: at each byte, its escape's letter, `u`, or 0 where it needs none. */
const escapesAt = 256;
/** At each byte, 1 where it may stand behind a backslash and has one spelling only; 2 for `u`. */
const lettersAt = 512;
/** At the last digit of `\u000x`, bit 0 where it is spelt so; of `\u001x`, bit 1. */
const digitsAt = 768;
/** Texts that lines have around those of their messages. */
const constantsAt = 1024;

/** As much of it as is used here: the type library that knows it is the browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const instance = new WebAssembly.Instance(new WebAssembly.Module(assemble()));
const exported = instance.exports as {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly skip: (at: number) => number;
  readonly escape: (from: number, to: number, into: number) => number;
  readonly copy: (into: number, from: number, bytes: number) => void;
};
const memory = Buffer.from(exported.memory.buffer);
const units = new Int32Array(exported.memory.buffer, unitsAt, 1);

/** The block that files are read into, so that their strings can be skipped in place. */
export const readBlockBytes = readPages * pageBytes;
const readBlock = memory.subarray(readAt, readAt + readBlockBytes);
let isLent = false;

/** Lends the block to one reader at a time; another one gets a block of its own, whose bytes cannot be skipped. */
export function lendReadBlock(): { readonly block: Buffer; readonly giveBack: () => void } {
  if (isLent) return { block: Buffer.allocUnsafeSlow(readBlockBytes), giveBack: () => {} };
  isLent = true;
  return {
    block: readBlock,
    giveBack: () => {
      isLent = false;
    },
  };
}

/** Whether `bytes` lie in the block, so that {@link skipText} can read them. */
export function canSkip(bytes: Buffer): boolean {
  return bytes.buffer === memory.buffer;
}

/** What {@link skipText} last found: code units of UTF-16 in the text. */
let lastUnits = 0;
export const skippedUnits = (): number => lastUnits;

/**
 * Finds the end of a JSON string whose bytes are the very ones that `JSON.stringify` would write: the position of the
 * closing quote, or -1 where the text is not valid or could be spelt otherwise (`\/`, most `\u`). Behind the string a line must
 * end somewhere. Units are counted by the way.
 *
 * @param bytes - well-formed UTF-8, in the read block.
 * @param at - of the first byte behind the opening quote.
 */
export function skipText(bytes: Buffer, at: number): number {
  const end = exported.skip(bytes.byteOffset + at);
  if (end === -1) return -1;
  const found = end - bytes.byteOffset;
  lastUnits = found - at - (units[0] ?? 0);
  return found;
}

/** Bytes of text that are escaped in one step. */
const stepBytes = sourcePages * pageBytes;

/** A text that many lines have. */
export interface LinePart {
  readonly at: number;
  readonly bytes: number;
}

let constantsEnd = constantsAt;
/** Keeps a short text in the memory. */
export function linePart(text: string): LinePart {
  const at = constantsEnd;
  const bytes = memory.write(text, at);
  constantsEnd += bytes;
  return { at, bytes };
}

/** A line is put together in the memory, up to this length; one call copies it to where it belongs. */
export const mostLineBytes = madePages * pageBytes;
let lineEnd = madeAt;

export function startLine(): void {
  lineEnd = madeAt;
}

export function addPart({ at, bytes }: LinePart): void {
  exported.copy(lineEnd, at, bytes);
  lineEnd += bytes;
}

/** Adds bytes of the read block. */
export function addStretch(bytes: Buffer, start: number, end: number): void {
  exported.copy(lineEnd, bytes.byteOffset + start, end - start);
  lineEnd += end - start;
}

/**
 * Adds a text as JSON, without quotes, as `JSON.stringify` writes it.
 *
 * @param text - well-formed UTF-8.
 */
export function addEscaped(text: Uint8Array): void {
  let count = 0;
  for (let from = 0; from < text.length; from += stepBytes) {
    const part = text.length <= stepBytes ? text : text.subarray(from, from + stepBytes);
    memory.set(part, sourceAt);
    lineEnd = exported.escape(sourceAt, sourceAt + part.length, lineEnd);
    count += part.length - (units[0] ?? 0);
  }
  lastUnits = count;
}

/** Copies the line to `target`; returns where it ends there. */
export function endLine(target: Buffer, at: number): number {
  return at + memory.copy(target, at, madeAt, lineEnd);
}

/**
 * The module. `copy(into, from, bytes)` copies. `skip(at)` and `escape(from, to, into)` share one loop: load sixteen bytes, mark those that are a quote, a
 * backslash or a control character, count the units before the first of them, and deal with that one.
 */
function assemble(): Uint8Array<ArrayBuffer> {
  const i32 = 0x7f;
  const v128 = 0x7b;
  const get = (local: number): number[] => [0x20, local];
  const set = (local: number): number[] => [0x21, local];
  const tee = (local: number): number[] => [0x22, local];
  const constant = (value: number): number[] => [0x41, ...signed(value)];
  const load8 = (offset = 0): number[] => [0x2d, 0, ...unsigned(offset)];
  const load16 = (offset = 0): number[] => [0x2f, 0, ...unsigned(offset)];
  const store8 = (offset = 0): number[] => [0x3a, 0, ...unsigned(offset)];
  const store32 = [0x36, 2, 0];
  const simd = (code: number): number[] => [0xfd, ...unsigned(code)];
  const loadVector = [...simd(0), 0, 0];
  const storeVector = [...simd(11), 0, 0];
  const splat = (byte: number): number[] => [...constant(byte), ...simd(15)];
  const [equal, lessSigned, lessUnsigned, notLessUnsigned] = [simd(35), simd(37), simd(38), simd(44)];
  const either = simd(80);
  const bitmask = simd(100);
  const [eqz, eq, lessU] = [[0x45], [0x46], [0x49]];
  const [trailingZeros, ones] = [[0x68], [0x69]];
  const [add, subtract, and, shiftRight] = [[0x6a], [0x6b], [0x71], [0x76]];
  const select = [0x1b];
  const when = [0x04, 0x40];
  const otherwise = [0x05];
  const loop = [0x03, 0x40];
  const block = [0x02, 0x40];
  const end = [0x0b];
  const again = (depth: number): number[] => [0x0c, depth];
  const againIf = (depth: number): number[] => [0x0d, depth];
  const giveBack = [0x0f];

  /** Marks the sixteen bytes in `vector` that end a plain stretch. */
  const special = (vector: number): number[] => [
    ...get(vector),
    ...splat(0x22),
    ...equal,
    ...get(vector),
    ...splat(0x5c),
    ...equal,
    ...either,
    ...get(vector),
    ...splat(0x20),
    ...lessUnsigned,
    ...either,
    ...bitmask,
  ];
  /** Counts the bytes of `vector` in `kept` that are no code unit: those that continue a character, less the pairs. */
  const countUnits = (vector: number, kept: number, dropped: number): number[] => [
    ...get(dropped),
    ...get(vector),
    ...splat(-64),
    ...lessSigned,
    ...bitmask,
    ...get(kept),
    ...and,
    ...ones,
    ...add,
    ...get(vector),
    ...splat(0xf0),
    ...notLessUnsigned,
    ...bitmask,
    ...get(kept),
    ...and,
    ...ones,
    ...subtract,
    ...set(dropped),
  ];
  /** The bits below the lowest one of `mask`; all where it has none. */
  const below = (mask: number): number[] => [
    ...get(mask),
    ...constant(0),
    ...get(mask),
    ...subtract,
    ...and,
    ...constant(1),
    ...subtract,
  ];
  const move = (local: number, by: readonly number[]): number[] => [
    ...get(local),
    ...by,
    ...add,
    ...set(local),
  ];
  const hasHigh = (vector: number): number[] => [...get(vector), ...bitmask];

  const skip = ((): number[] => {
    const [at, dropped, mask, kept, byte, vector] = [0, 1, 2, 3, 4, 5];
    return [
      ...loop,
      ...get(at),
      ...loadVector,
      ...set(vector),
      ...special(vector),
      ...set(mask),
      ...hasHigh(vector),
      ...when,
      ...below(mask),
      ...set(kept),
      ...countUnits(vector, kept, dropped),
      ...end,
      ...get(mask),
      ...eqz,
      ...when,
      ...move(at, constant(16)),
      ...again(1),
      ...end,
      ...move(at, [...get(mask), ...trailingZeros]),
      ...get(at),
      ...load8(),
      ...tee(byte),
      ...constant(0x22),
      ...eq,
      ...when,
      ...constant(unitsAt),
      ...get(dropped),
      ...store32,
      ...get(at),
      ...giveBack,
      ...end,
      // A control character, or an escape with another spelling.
      ...get(byte),
      ...constant(0x5c),
      ...eq,
      ...when,
      ...get(at),
      ...load8(1),
      ...load8(lettersAt),
      ...tee(kept),
      ...constant(1),
      ...eq,
      ...when,
      ...move(dropped, constant(1)),
      ...move(at, constant(2)),
      ...again(2),
      ...end,
      // A control character without a letter, spelt as JSON.stringify does.
      ...get(kept),
      ...constant(2),
      ...eq,
      ...get(at),
      ...load16(2),
      ...constant(0x3030),
      ...eq,
      ...and,
      ...get(at),
      ...load8(4),
      ...tee(kept),
      ...constant(0xfe),
      ...and,
      ...constant(0x30),
      ...eq,
      ...and,
      ...get(at),
      ...load8(5),
      ...load8(digitsAt),
      ...get(kept),
      ...constant(1),
      ...and,
      ...shiftRight,
      ...constant(1),
      ...and,
      ...and,
      ...when,
      ...move(dropped, constant(5)),
      ...move(at, constant(6)),
      ...again(2),
      ...end,
      ...end,
      ...end,
      ...constant(-1),
    ];
  })();

  const escape = ((): number[] => {
    const [from, to, into, dropped, mask, kept, byte, letter, count, vector] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const hex = (nibble: readonly number[]): number[] => [
      ...constant(0x30),
      ...constant(0x57),
      ...nibble,
      ...constant(10),
      ...lessU,
      ...select,
      ...nibble,
      ...add,
    ];
    return [
      ...block,
      ...loop,
      ...get(from),
      ...get(to),
      ...lessU,
      ...eqz,
      ...againIf(1),
      ...get(into),
      ...get(from),
      ...loadVector,
      ...tee(vector),
      ...storeVector,
      ...special(vector),
      ...set(mask),
      // How many bytes are plain, of those that are left.
      ...get(mask),
      ...trailingZeros,
      ...constant(16),
      ...get(mask),
      ...select,
      ...set(count),
      ...get(to),
      ...get(from),
      ...subtract,
      ...get(count),
      ...get(to),
      ...get(from),
      ...subtract,
      ...get(count),
      ...lessU,
      ...select,
      ...set(count),
      ...hasHigh(vector),
      ...when,
      ...constant(1),
      ...get(count),
      0x74,
      ...constant(1),
      ...subtract,
      ...set(kept),
      ...countUnits(vector, kept, dropped),
      ...end,
      ...move(from, get(count)),
      ...move(into, get(count)),
      // A special byte may lie behind the text's end, or at the next step's start.
      ...get(from),
      ...get(to),
      ...lessU,
      ...eqz,
      ...againIf(1),
      ...get(from),
      ...load8(),
      ...tee(byte),
      ...load8(escapesAt),
      ...tee(letter),
      ...eqz,
      ...againIf(0),
      ...get(into),
      ...constant(0x5c),
      ...store8(),
      ...get(into),
      ...get(letter),
      ...store8(1),
      ...get(letter),
      ...constant(0x75),
      ...eq,
      ...when,
      ...get(into),
      ...constant(0x30),
      ...store8(2),
      ...get(into),
      ...constant(0x30),
      ...store8(3),
      ...get(into),
      ...hex([...get(byte), ...constant(4), ...shiftRight]),
      ...store8(4),
      ...get(into),
      ...hex([...get(byte), ...constant(15), ...and]),
      ...store8(5),
      ...move(into, constant(6)),
      ...otherwise,
      ...move(into, constant(2)),
      ...end,
      ...move(from, constant(1)),
      ...again(0),
      ...end,
      ...end,
      ...constant(unitsAt),
      ...get(dropped),
      ...store32,
      ...get(into),
    ];
  })();

  const escapes = new Uint8Array(256);
  escapes.fill(0x75, 0, 0x20);
  const letters = new Uint8Array(256);
  const letterOf = { '\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r', '"': '"', '\\': '\\' };
  for (const [char, letter] of Object.entries(letterOf)) {
    escapes[char.charCodeAt(0)] = letter.charCodeAt(0);
    letters[letter.charCodeAt(0)] = 1;
  }
  letters['u'.charCodeAt(0)] = 2;
  const digits = new Uint8Array(256);
  for (const digit of Buffer.from('01234567bef')) digits[digit] = 1;
  for (const digit of Buffer.from('0123456789abcdef')) digits[digit] = (digits[digit] ?? 0) | 2;
  const copy = [...get(0), ...get(1), ...get(2), 0xfc, 10, 0, 0];

  const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
  const section = (id: number, items: readonly (readonly number[])[]): number[] => [
    id,
    ...sized([...unsigned(items.length), ...items.flat()]),
  ];
  const text = (name: string): number[] => sized([...Buffer.from(name)]);
  const body = (numbers: number, code: readonly number[]): number[] =>
    sized([2, numbers, i32, 1, v128, ...code, ...end]);
  const data = (at: number, bytes: Uint8Array): number[] => [
    0,
    ...constant(at),
    ...end,
    ...sized([...bytes]),
  ];
  const magic = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return Uint8Array.from([
    ...magic,
    ...section(1, [
      [0x60, 1, i32, 1, i32],
      [0x60, 3, i32, i32, i32, 1, i32],
      [0x60, 3, i32, i32, i32, 0],
    ]),
    ...section(3, [[0], [1], [2]]),
    ...section(5, [[1, ...unsigned(allPages), ...unsigned(allPages)]]),
    ...section(7, [
      [...text('memory'), 2, 0],
      [...text('skip'), 0, 0],
      [...text('escape'), 0, 1],
      [...text('copy'), 0, 2],
    ]),
    ...section(10, [body(4, skip), body(6, escape), sized([0, ...copy, ...end])]),
    ...section(11, [data(escapesAt, escapes), data(lettersAt, letters), data(digitsAt, digits)]),
  ]);
}

/** LEB128, as the format has its numbers. */
function unsigned(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}
