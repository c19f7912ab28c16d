const token = /"[^"\\]*(?:\\.[^"\\]*)*"?|[{}[\],:]|[^{}[\],:"]+/gs;

/** Members of deeper values share a line, so that the indentation cannot outgrow the text. */
const deepest = 6;

/**
 * Lays out JSON on lines, indented by two spaces. Strings and numbers stay as they are spelt, and members in
 * their order. The text may end in the middle.
 */
export function prettyJson(text: string): string {
  let pretty = '';
  let depth = 0;
  let last = '';
  for (const [found] of text.matchAll(token)) {
    const part = found.trim();
    if (part === '') continue;
    const onLines = depth <= deepest;
    const opened = last === '{' || last === '[';
    const closes = part === '}' || part === ']';
    if (closes) depth = Math.max(0, depth - 1);
    const begins = closes ? !opened : opened || last === ',';
    if (begins && onLines) pretty += `\n${'  '.repeat(depth)}`;
    else if (last === ':' || last === ',') pretty += ' ';
    pretty += part;
    if (part === '{' || part === '[') depth += 1;
    last = part;
  }
  return pretty;
}
