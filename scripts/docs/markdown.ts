/** A Markdown table as the formatter leaves it: columns are padded. The first line is the head. */
export function markdownTable(lines: readonly (readonly string[])[]): string {
  const escaped = lines.map((line) => line.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = (escaped[0] ?? []).map((_, column) =>
    Math.max(...escaped.map((line) => line[column]?.length ?? 0)),
  );
  const drawn = escaped.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [drawn[0], rule, ...drawn.slice(1)].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** A value as it may stand in a line of YAML. */
export function yamlFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlFlow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, one]) => `${key}: ${yamlFlow(one)}`);
  return `{ ${pairs.join(', ')} }`;
}
