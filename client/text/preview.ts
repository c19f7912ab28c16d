import type { ConversationFacts } from '../../core/convert/findings/facts.js';
import { shownNames } from '../../core/convert/findings/shown-name.js';
import { formatBytes, plural } from '../../core/format.js';
import type { SourcePreview } from '../preview/preview-source.js';
import type { PreviewedRow } from '../preview/previewed-rows.js';
import { conversationParts, type ConversationPart } from './conversation-parts.js';
import { headNotes } from './head-notes.js';
import { escapeControls, shorten } from './shorten.js';

const longestValue = 300;
const longestLabel = 40;

/** A source's first rows before and after conversion. */
export function previewText(preview: SourcePreview): string {
  const { name, file, format, formatReason, columns, columnProblem, notes } = preview;
  const { counts, head, bytesRead, rows } = preview;
  return [
    `── ${name} ──`,
    `${file} (${bytesRead === 0 ? 'on this disk' : `${formatBytes(bytesRead)} read`})`,
    `format ${format}, ${formatReason}; columns: ${shownNames(columns)}`,
    `of the first rows: ${outcomeCounts(counts)}`,
    ...(columnProblem === undefined ? [] : [`! ${columnProblem}`]),
    ...notes.map((note) => `! ${note}`),
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
  const parts = [
    ...rows.map((each) => ({
      label: 'before',
      text: typeof each === 'string' ? each : JSON.stringify(each),
    })),
    ...(after === null ? [] : conversationParts(after)),
    ...(facts === null ? [] : factParts(facts)),
  ].map(({ label, text }) => ({
    label: shownText(label, longestLabel),
    text: shownText(text, longestValue),
  }));
  const width = Math.max(...parts.map(({ label }) => label.length));
  return [
    '',
    `row ${row}: ${outcome}`,
    ...parts.map(({ label, text }) => `  ${label.padEnd(width)}  ${text}`.trimEnd()),
  ];
}

function factParts({ unread, blankSystem, trailing }: ConversationFacts): ConversationPart[] {
  const leftOut = [
    ...(blankSystem === 0 ? [] : [plural(blankSystem, 'blank system message')]),
    ...(trailing ? ['messages behind the last answer'] : []),
  ];
  return [
    ...(unread.length === 0 ? [] : [{ label: 'not read', text: shownNames(unread) }]),
    ...(leftOut.length === 0 ? [] : [{ label: 'left out', text: leftOut.join(', ') }]),
  ];
}

/** One line: line breaks show as `⏎`. */
function shownText(text: string, length: number): string {
  return escapeControls(shorten(text.replaceAll(/\s*\n\s*/g, ' ⏎ '), length));
}
