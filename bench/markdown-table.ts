/**
 * A table in Markdown, with a line break at its end.
 *
 * @param columns - their headings, as numbers to the right unless the heading is in `textColumns`.
 */
export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: readonly string[] = [columns[0] ?? ''],
): string {
  const rule = columns.map((column) => (textColumns.includes(column) ? '---' : '--:'));
  return [columns, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
