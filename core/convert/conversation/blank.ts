const whiteSpace = '[\\p{White_Space}\\uFEFF]';
const blank = new RegExp(`^${whiteSpace}*$`, 'u');
const blankCharacter = new RegExp(whiteSpace, 'u');

/** Whether a text holds only white space and byte order marks. */
export function isBlank(text: string): boolean {
  return blank.test(text);
}

/** A text without the white space and byte order marks around it. */
export function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && blankCharacter.test(text.charAt(start))) start += 1;
  while (end > start && blankCharacter.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/**
 * Whether a JSON value says nothing, so that it is treated as absent: null, blank text, and lists and objects
 * that hold nothing else.
 */
export function saysNothing(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string' ? !isBlank(next) : typeof next === 'number' || typeof next === 'boolean')
      return false;
    if (typeof next === 'object' && next !== null) for (const item of Object.values(next)) left.push(item);
  }
  return true;
}

/** Whether a value says nothing where something optional is looked for: as numbers and true/false do. */
export function isNoOption(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || saysNothing(value);
}
