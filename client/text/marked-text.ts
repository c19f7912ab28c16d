import { tokenSpans, type SpanKind, type TokenSpan } from '../../activities/tokenise/token-spans.js';
import type { TextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import { formatCount, startOf } from '../../core/format.js';
import { escapeControls } from './shorten.js';
import type { Ink } from './token-ink.js';

/** How spans are written as text. */
export interface MarkedTextStyle {
  readonly ink: Ink;
  /** Whether long texts are shown whole. */
  readonly full: boolean;
  /** Stands in front of each line but the first. @default nothing */
  readonly indent?: string;
}

/**
 * Spans with their marks. A line break shows as `⏎` and breaks the line, except at the beginning and at the
 * end. Long texts are cut in their middle.
 */
export function markedText(
  spans: readonly Pick<TokenSpan, 'kind' | 'special' | 'text'>[],
  { ink, full, indent = '' }: MarkedTextStyle,
): string {
  const lineBreak = `\n${indent}`;
  let text = '';
  let kind: SpanKind = 'context';
  for (const span of spans) {
    text += ink.border(kind, span.kind);
    kind = span.kind;
    for (const piece of full ? [span.text] : clipped(span.text)) {
      if (typeof piece === 'number') {
        text += ink.note(`[… ${formatCount(piece)} characters …]`);
        continue;
      }
      const [first = '', ...lines] = escapeControls(piece).split('\n');
      text += ink.span(lines.length > 0 ? `${first}⏎` : first, span);
      for (const [at, line] of lines.entries()) {
        const isStart = text === ink.span('⏎', span);
        text += (isStart ? '' : lineBreak) + ink.span(at < lines.length - 1 ? `${line}⏎` : line, span);
      }
    }
  }
  if (text.endsWith(lineBreak)) text = text.slice(0, -lineBreak.length);
  return text + ink.border(kind, 'context');
}

const longestText = 600;
const clippedHead = 400;
const clippedTail = 150;

/** A long text as its beginning, the number of characters that are left out, and its end. */
function clipped(text: string): readonly (string | number)[] {
  if (text.length <= longestText) return [text];
  // Half a surrogate pair is no character.
  const head = startOf(text, clippedHead);
  const tail = text.slice(-clippedTail).replace(/^[\uDC00-\uDFFF]/, '');
  return [head, text.length - head.length - tail.length, tail];
}

/** A line for each token: its position, its id, what the training does with it, and its text. */
export function idLines(spans: readonly TokenSpan[], encoder: TextEncoder, ink: Ink): string {
  return spans
    .flatMap((span) => {
      const { from, kind, special, ids } = span;
      return ids.map((id, at) => {
        const text = special ? span.text : JSON.stringify(encoder.decode([id]));
        const place = `${String(from + at).padStart(8)} ${String(id).padStart(7)}`;
        return `${ink.note(place)} ${kind.padEnd(7)} ${ink.span(escapeControls(text), span)}`;
      });
    })
    .join('\n');
}

/** Ids as text on one line, special tokens included. */
export function textOfIds(ids: readonly number[], encoder: TextEncoder): string {
  const whole = { tokens: ids, mask: [], parts: [{ from: 0, to: ids.length }] };
  const spans = tokenSpans(whole, ids.length, encoder);
  return escapeControls(spans.map(({ text }) => text).join('')).replaceAll('\n', '⏎');
}
