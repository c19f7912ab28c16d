/**
 * Reads and writes JSON strings as UTF-8, sixteen bytes at a time.
 *
 * A string is canonical if it is what JSON.stringify writes. A vector access may reach up to 15 bytes beyond
 * the end of a text.
 */

/** Lanes of one vector, a byte each. */
const LANES: i32 = 16;
/** Returned in place of an address. */
export const NONE: i32 = -1;

const SPACE: u8 = 0x20;
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const DIGIT_0: u8 = 0x30;
const DIGIT_1: u8 = 0x31;
const DIGIT_9: u8 = 0x39;
const LETTER_A: u8 = 0x61;
const LETTER_B: u8 = 0x62;
const LETTER_F: u8 = 0x66;
const LETTER_N: u8 = 0x6e;
const LETTER_R: u8 = 0x72;
const LETTER_T: u8 = 0x74;
const LETTER_U: u8 = 0x75;
/** `00`, as one number. */
const TWO_ZEROS: u16 = 0x3030;

let surplus: i32 = 0;

/** Bytes minus UTF-16 code units of the text that {@link skipString} or {@link escapeText} read last. */
export function surplusBytes(): i32 {
  return surplus;
}

/** Copies `bytes` bytes from `from` to `into`. */
export function copy(into: i32, from: i32, bytes: i32): void {
  memory.copy(into, from, bytes);
}

/**
 * Returns the address of the closing quote of a canonical string, and -1 for any other. An unclosed string
 * ends at the next control character, for example a newline or a zero.
 *
 * @param at - the address of the first byte after the opening quote.
 */
export function skipString(at: i32): i32 {
  let extra: i32 = 0;
  while (true) {
    const lanes = v128.load(at);
    const stops = stopLanes(lanes);
    extra += extraBytes(lanes, lanesBelow(stops));
    if (stops == 0) {
      at += LANES;
      continue;
    }
    at += ctz(stops);
    const byte = load<u8>(at);
    if (byte == QUOTE) {
      surplus = extra;
      return at;
    }
    const length = byte == BACKSLASH ? escapeLength(at) : 0;
    if (length == 0) return NONE;
    extra += length - 1;
    at += length;
  }
}

/** As {@link skipString}, for strings without escapes; -1 for any other. */
export function skipPlainString(at: i32): i32 {
  while (true) {
    const stops = stopLanes(v128.load(at));
    at += firstLane(stops);
    if (stops != 0) return load<u8>(at) == QUOTE ? at : NONE;
  }
}

/**
 * Writes the text `[from, to)` at `into` as a canonical string without its quotes. Returns the address after
 * the last byte written.
 */
export function escapeText(from: i32, to: i32, into: i32): i32 {
  let extra: i32 = 0;
  while (from < to) {
    const lanes = v128.load(from);
    v128.store(into, lanes);
    const plain = min(firstLane(stopLanes(lanes)), to - from);
    extra += extraBytes(lanes, (1 << plain) - 1);
    from += plain;
    into += plain;
    if (plain < LANES && from < to) {
      into = writeEscape(load<u8>(from), into);
      from += 1;
    }
  }
  surplus = extra;
  return into;
}

/**
 * Writes the text of the canonical string `[from, to)`, given without its quotes, at `into`. Returns the
 * address after the last byte written.
 */
export function unescapeText(from: i32, to: i32, into: i32): i32 {
  while (from < to) {
    const lanes = v128.load(from);
    v128.store(into, lanes);
    const backslashes = i8x16.bitmask(i8x16.eq(lanes, i8x16.splat(BACKSLASH)));
    const plain = min(firstLane(backslashes), to - from);
    from += plain;
    into += plain;
    if (plain < LANES && from < to) {
      const letter = load<u8>(from, 1);
      const isLong = letter == LETTER_U;
      store<u8>(into, isLong ? controlCharacter(from) : escapedCharacter(letter));
      from += isLong ? 6 : 2;
      into += 1;
    }
  }
  return into;
}

/** One bit for each lane that holds a quote, a backslash or a control character. */
function stopLanes(lanes: v128): i32 {
  const quotes = i8x16.eq(lanes, i8x16.splat(QUOTE));
  const backslashes = i8x16.eq(lanes, i8x16.splat(BACKSLASH));
  const controls = i8x16.lt_u(lanes, i8x16.splat(SPACE));
  return i8x16.bitmask(v128.or(v128.or(quotes, backslashes), controls));
}

/** The bits below the lowest bit of `stops`; all bits if it is 0. */
function lanesBelow(stops: i32): i32 {
  return (stops & -stops) - 1;
}

/** The lowest lane in `stops`; 16 if it is 0. */
function firstLane(stops: i32): i32 {
  return ctz(stops | (1 << 16));
}

/**
 * Bytes minus UTF-16 code units of the lanes in `counted`. A character has one code unit, or two if its
 * UTF-8 has four bytes.
 */
function extraBytes(lanes: v128, counted: i32): i32 {
  if (i8x16.bitmask(lanes) == 0) return 0;
  // The bytes that continue a character, 0x80 to 0xbf, are below -64 as signed numbers.
  const continuing = i8x16.bitmask(i8x16.lt_s(lanes, i8x16.splat(-64)));
  const firstOfFour = i8x16.bitmask(i8x16.ge_u(lanes, i8x16.splat(-16)));
  return popcnt(continuing & counted) - popcnt(firstOfFour & counted);
}

/** The length of the canonical escape at `at`; 0 for any other. */
function escapeLength(at: i32): i32 {
  const letter = load<u8>(at, 1);
  if (isShortEscape(letter)) return 2;
  return letter == LETTER_U && isControlEscape(at) ? 6 : 0;
}

/** Whether a backslash and `letter` are a canonical escape, which `\/` is not. */
function isShortEscape(letter: u8): bool {
  return (
    letter == LETTER_N ||
    letter == QUOTE ||
    letter == BACKSLASH ||
    letter == LETTER_T ||
    letter == LETTER_R ||
    letter == LETTER_B ||
    letter == LETTER_F
  );
}

/**
 * Whether the escape at `at` is canonical: `\u00` and two lower-case digits, for a control character without
 * a short escape.
 */
function isControlEscape(at: i32): bool {
  if (load<u16>(at, 2) != TWO_ZEROS) return false;
  const high = load<u8>(at, 4);
  const low = load<u8>(at, 5);
  if (low >= DIGIT_0 && low <= DIGIT_9)
    return high == DIGIT_1 || (high == DIGIT_0 && shortEscape(low - DIGIT_0) == 0);
  if (low >= LETTER_A && low <= LETTER_F)
    return high == DIGIT_1 || (high == DIGIT_0 && shortEscape(low - LETTER_A + 10) == 0);
  return false;
}

/** Writes the escape of a quote, a backslash or a control character. Returns the address after it. */
function writeEscape(byte: u8, into: i32): i32 {
  store<u8>(into, BACKSLASH);
  const letter = shortEscape(byte);
  if (letter != 0) {
    store<u8>(into, letter, 1);
    return into + 2;
  }
  store<u8>(into, LETTER_U, 1);
  store<u16>(into, TWO_ZEROS, 2);
  store<u8>(into, hexDigit(byte >> 4), 4);
  store<u8>(into, hexDigit(byte & 15), 5);
  return into + 6;
}

/** The letter of the short escape of `byte`; 0 if it has none. */
function shortEscape(byte: u8): u8 {
  switch (byte) {
    case 0x0a:
      return LETTER_N;
    case QUOTE:
    case BACKSLASH:
      return byte;
    case 0x09:
      return LETTER_T;
    case 0x0d:
      return LETTER_R;
    case 0x08:
      return LETTER_B;
    case 0x0c:
      return LETTER_F;
    default:
      return 0;
  }
}

/** The character of a short escape with this letter. */
function escapedCharacter(letter: u8): u8 {
  switch (letter) {
    case LETTER_N:
      return 0x0a;
    case LETTER_T:
      return 0x09;
    case LETTER_R:
      return 0x0d;
    case LETTER_B:
      return 0x08;
    case LETTER_F:
      return 0x0c;
    default:
      return letter;
  }
}

/** The character of the escape of six bytes at `at`. */
function controlCharacter(at: i32): u8 {
  return (hexValue(load<u8>(at, 4)) << 4) | hexValue(load<u8>(at, 5));
}

function hexValue(digit: u8): u8 {
  return digit <= DIGIT_9 ? digit - DIGIT_0 : digit - LETTER_A + 10;
}

function hexDigit(value: u8): u8 {
  return value < 10 ? DIGIT_0 + value : LETTER_A + value - 10;
}
