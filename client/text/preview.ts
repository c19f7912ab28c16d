import type { ConversationFacts } from '../../core/convert/facts.js';
import { shownNames } from '../../core/convert/shown-name.js';
import { formatBytes, plural } from '../../core/format.js';
import type { SourcePreview } from '../preview/preview-source.js';
import type { PreviewedRow } from '../preview/previewed-rows.js';
import { conversationParts } from './conversation-parts.js';
import { headNotes } from './head-notes.js';
import { escapeControls, shorten } from './shorten.js';

const longestValue = 300;
const longestLabel = 80;

/** A source's first rows before and after conversion. */
export function previewText(preview: SourcePreview): string {
  const { name, file, format, formatReason, columns, columnProblem, counts, head, bytesRead, rows } = preview;
  return [
    `── ${name} ──`,
    `${file} (${bytesRead === 0 ? 'on this disk' : `${formatBytes(bytesRead)} read`})`,
    `format ${format}, ${formatReason}; columns: ${shownNames(columns)}`,
    `of the first rows: ${outcomeCounts(counts)}`,
    ...(columnProblem === undefined ? [] : [`! ${columnProblem}`]),
    ...headNotes(head),
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

function rowLines({ row, before, after, facts, outcome }: PreviewedRow): string[] {
  const rows = Array.isArray(before) ? before : [before];
  return [
    '',
    `row ${row}: ${outcome}`,
    ...rows.map((each) => partLine('before', typeof each === 'string' ? each : JSON.stringify(each))),
    ...(after === null ? [] : conversationParts(after).map(({ label, text }) => partLine(label, text))),
    ...(facts === null ? [] : factLines(facts)),
  ];
}

function factLines({ unread, blankSystem, trailing }: ConversationFacts): string[] {
  const leftOut = [
    ...(blankSystem === 0 ? [] : [plural(blankSystem, 'blank system message')]),
    ...(trailing ? ['messages behind the last answer'] : []),
  ];
  return [
    ...(unread.length === 0 ? [] : [partLine('not read', shownNames(unread))]),
    ...(leftOut.length === 0 ? [] : [partLine('left out', leftOut.join(', '))]),
  ];
}

/** Line breaks show as `⏎`. */
function partLine(label: string, text: string): string {
  const line = `${shorten(label, longestLabel).padEnd(9)} ${shorten(text, longestValue)}`;
  return `  ${escapeControls(line.replaceAll(/\s*\n\s*/g, ' ⏎ '))}`;
}
