import { NONE, skipPlainString, skipString, surplusBytes } from './json-strings';

const TAB: u8 = 0x09;
const NEWLINE: u8 = 0x0a;
const RETURN: u8 = 0x0d;
const SPACE: u8 = 0x20;
const QUOTE: u8 = 0x22;
const PLUS: u8 = 0x2b;
const COMMA: u8 = 0x2c;
const MINUS: u8 = 0x2d;
const DOT: u8 = 0x2e;
const DIGIT_0: u8 = 0x30;
const DIGIT_9: u8 = 0x39;
const COLON: u8 = 0x3a;
const OPEN_LIST: u8 = 0x5b;
const CLOSE_LIST: u8 = 0x5d;
const LETTER_E: u8 = 0x65;
const LETTER_F: u8 = 0x66;
const LETTER_N: u8 = 0x6e;
const LETTER_T: u8 = 0x74;
const OPEN_OBJECT: u8 = 0x7b;
const CLOSE_OBJECT: u8 = 0x7d;
/** `true`, `alse` and `null`, as one number each. */
const TRUE: u32 = 0x65757274;
const ALSE: u32 = 0x65736c61;
const NULL: u32 = 0x6c6c756e;

/** Deeper rows are not read. */
const MAX_DEPTH: i32 = 100;
/** Values of this depth and above are in the table: the members of the objects in the lists of a row. */
const TABLE_DEPTH: i32 = 3;

/** A value in the table. */
@unmanaged
class Value {
  keyStart: i32;
  keyEnd: i32;
  start: i32;
  end: i32;
  codeUnits: i32;
  next: i32;
}
const VALUE_BYTES: i32 = offsetof<Value>();

let table: i32 = 0;
let tableEnd: i32 = 0;
/** Where the next value is written. */
let free: i32 = 0;

/**
 * Reads the object `[at, end)`, with white space around it, and writes a table of its values. Returns how
 * many there are; -1 for what is no object, and for one that is deeper than {@link MAX_DEPTH}, has more
 * values than the table or holds a string that {@link skipString} does not skip or a key with an escape.
 */
export function readRow(at: i32, end: i32, into: i32, capacity: i32): i32 {
  table = into;
  tableEnd = into + capacity * VALUE_BYTES;
  free = into;
  const start = skipSpace(at);
  if (load<u8>(start) != OPEN_OBJECT) return NONE;
  at = skipObject(start, 1);
  // Nothing ends a row that is cut short but the bytes behind it, which may continue it.
  if (at == NONE || at > end) return NONE;
  while (at < end && isSpace(load<u8>(at))) at += 1;
  return at == end ? (free - table) / VALUE_BYTES : NONE;
}

/** Returns the address after the object at `at`, whose values have this depth; -1 for what is none. */
function skipObject(at: i32, depth: i32): i32 {
  at = skipSpace(at + 1);
  if (load<u8>(at) == CLOSE_OBJECT) return at + 1;
  while (true) {
    if (load<u8>(at) != QUOTE) return NONE;
    const keyEnd = skipPlainString(at + 1);
    if (keyEnd == NONE) return NONE;
    const colon = skipSpace(keyEnd + 1);
    if (load<u8>(colon) != COLON) return NONE;
    const end = readValue(skipSpace(colon + 1), at + 1, keyEnd, depth);
    if (end == NONE) return NONE;
    at = skipSpace(end);
    const byte = load<u8>(at);
    if (byte == CLOSE_OBJECT) return at + 1;
    if (byte != COMMA) return NONE;
    at = skipSpace(at + 1);
  }
}

/** As {@link skipObject}, for a list. */
function skipList(at: i32, depth: i32): i32 {
  at = skipSpace(at + 1);
  if (load<u8>(at) == CLOSE_LIST) return at + 1;
  while (true) {
    const end = readValue(at, at, at, depth);
    if (end == NONE) return NONE;
    at = skipSpace(end);
    const byte = load<u8>(at);
    if (byte == CLOSE_LIST) return at + 1;
    if (byte != COMMA) return NONE;
    at = skipSpace(at + 1);
  }
}

/** Returns the address after the value at `at`; -1 for what is none. Writes it to the table, and its key. */
function readValue(at: i32, keyStart: i32, keyEnd: i32, depth: i32): i32 {
  if (depth > TABLE_DEPTH) return skipValue(at, depth);
  if (free == tableEnd) return NONE;
  const value = changetype<Value>(free);
  free += VALUE_BYTES;
  const end = skipValue(at, depth);
  value.keyStart = keyStart;
  value.keyEnd = keyEnd;
  value.start = at;
  value.end = end;
  value.codeUnits = end - at - 2 - surplusBytes();
  value.next = (free - table) / VALUE_BYTES;
  return end;
}

function skipValue(at: i32, depth: i32): i32 {
  switch (load<u8>(at)) {
    case QUOTE: {
      const end = skipString(at + 1);
      return end == NONE ? NONE : end + 1;
    }
    case OPEN_OBJECT:
      return depth < MAX_DEPTH ? skipObject(at, depth + 1) : NONE;
    case OPEN_LIST:
      return depth < MAX_DEPTH ? skipList(at, depth + 1) : NONE;
    case LETTER_T:
      return load<u32>(at) == TRUE ? at + 4 : NONE;
    case LETTER_F:
      return load<u32>(at, 1) == ALSE ? at + 5 : NONE;
    case LETTER_N:
      return load<u32>(at) == NULL ? at + 4 : NONE;
    default:
      return skipNumber(at);
  }
}

function skipNumber(at: i32): i32 {
  if (load<u8>(at) == MINUS) at += 1;
  at = load<u8>(at) == DIGIT_0 ? at + 1 : skipDigits(at);
  if (at != NONE && load<u8>(at) == DOT) at = skipDigits(at + 1);
  if (at == NONE || (load<u8>(at) | SPACE) != LETTER_E) return at;
  const sign = load<u8>(at, 1);
  return skipDigits(sign == PLUS || sign == MINUS ? at + 2 : at + 1);
}

/** Returns the address after the digits at `at`; -1 if there are none. */
function skipDigits(at: i32): i32 {
  const start = at;
  while (isDigit(load<u8>(at))) at += 1;
  return at == start ? NONE : at;
}

function isDigit(byte: u8): bool {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}

/** Returns the address of the next byte that is not white space. */
function skipSpace(at: i32): i32 {
  while (isSpace(load<u8>(at))) at += 1;
  return at;
}

function isSpace(byte: u8): bool {
  return byte <= SPACE && (byte == SPACE || byte == NEWLINE || byte == TAB || byte == RETURN);
}
