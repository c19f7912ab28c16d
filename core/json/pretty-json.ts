const token = /"[^"\\]*(?:\\.[^"\\]*)*"?|[{}[\],:]|[^{}[\],:"]+/gs;

/** Most characters of an object or a list that stays on one line. */
const shortest = 60;
/** Members of deeper values share a line, so that the indentation cannot outgrow the text. */
const deepest = 6;

/**
 * Lays out JSON on lines, indented by two spaces; a short object or list without another one in it stays on
 * its line. Strings and numbers stay as they are spelt, and members in their order. The text may end in the
 * middle.
 */
export function prettyJson(text: string): string {
  const parts = Array.from(text.matchAll(token), ([part]) => part.trim()).filter((part) => part !== '');
  let pretty = '';
  /** Of each value that is open: whether its members have lines of their own. */
  const lines: boolean[] = [];
  for (const [at, part] of parts.entries()) {
    const last = parts[at - 1] ?? '';
    const closes = isClose(part);
    const onLines = lines.at(-1) === true && !(closes && isOpen(last));
    if (closes) lines.pop();
    if (onLines && (closes || isOpen(last) || last === ',')) pretty += `\n${'  '.repeat(lines.length)}`;
    else if (last === ':' || last === ',') pretty += ' ';
    pretty += part;
    if (isOpen(part)) lines.push(lines.length < deepest && !isShort(parts, at));
  }
  return pretty;
}

function isOpen(part: string): boolean {
  return part === '{' || part === '[';
}

function isClose(part: string): boolean {
  return part === '}' || part === ']';
}

/** Whether the value that opens at `from` is short, and holds no other object or list. */
function isShort(parts: readonly string[], from: number): boolean {
  let length = 0;
  for (let at = from + 1; length <= shortest; at += 1) {
    const part = parts[at];
    if (part === undefined || isOpen(part)) return false;
    if (isClose(part)) return true;
    length += part.length;
  }
  return false;
}
