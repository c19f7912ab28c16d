import { formatBytes } from '../../core/format.js';
import type { SourcePreview } from '../preview/preview-source.js';
import type { PreviewedRow } from '../preview/previewed-rows.js';

const longestValue = 300;

/** A source's first rows before and after conversion. */
export function previewText(preview: SourcePreview): string {
  const { name, file, format, formatReason, columns, columnProblem, counts, bytesRead, rows } = preview;
  return [
    `── ${name} ──`,
    `${file} (${bytesRead === 0 ? 'on this disk' : `${formatBytes(bytesRead)} read`})`,
    `format ${format}, ${formatReason}; columns: ${columns.join(', ')}`,
    `of the first rows: ${outcomeCounts(counts)}`,
    ...(columnProblem === undefined ? [] : [`! ${columnProblem}`]),
    ...rows.flatMap(rowLines),
    '',
  ].join('\n');
}

/** `9 converted, 1 no_messages`. */
export function outcomeCounts(counts: SourcePreview['counts']): string {
  return Object.entries(counts)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

function rowLines({ row, before, after, outcome }: PreviewedRow): string[] {
  const rows = Array.isArray(before) ? before : [before];
  return [
    '',
    `row ${row}: ${outcome}`,
    ...rows.map((each) => `  before  ${valueText(typeof each === 'string' ? each : JSON.stringify(each))}`),
    ...(after ?? []).map(({ role, content }) => `  ${role.padEnd(9)} ${valueText(content)}`),
  ];
}

/** One line: line breaks show as `⏎`. */
function valueText(text: string): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ⏎ ');
  return line.length > longestValue ? `${line.slice(0, longestValue - 1)}…` : line;
}
