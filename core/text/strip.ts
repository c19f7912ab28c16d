/**
 * Without white space at both ends, as Python's `str.strip`. It counts U+001C to U+001F and U+0085, which
 * `trim` leaves, and does not count U+FEFF, which `trim` removes.
 */
export function strip(text: string): string {
  return stripEnd(stripStart(text));
}

/** Without white space at the start, as Python's `str.lstrip`. */
export function stripStart(text: string): string {
  let start = 0;
  while (isSpace(text.charCodeAt(start))) start += 1;
  return text.slice(start);
}

/** Without white space at the end, as Python's `str.rstrip`. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Python's `str.isspace` of a UTF-16 unit; no code point above U+FFFF is white space. */
export function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || (unit >= 0x1c && unit <= 0x1f);
  if (unit >= 0x2000 && unit <= 0x200a) return true;
  return otherSpaces.has(unit);
}

const otherSpaces: ReadonlySet<number> = new Set([
  0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
]);
