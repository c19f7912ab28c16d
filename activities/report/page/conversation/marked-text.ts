import type { SpanKind } from '../../../tokenise/token-spans.js';
import { clip } from '../format.js';
import { html, type Part } from '../html.js';
import { textLimit } from './limits.js';
import type { Span } from '../mark-tokens.js';

/** What the training does with the words of a message; `partly` where they are cut in the middle. */
export type Fate = SpanKind | 'partly';

/** The fate of a message from its spans, its header and its special tokens aside. */
export function fateOf(spans: readonly Span[]): Fate {
  const kinds = spans.filter(({ special }) => !special).map(({ kind }) => kind);
  const begin = kinds.findIndex((kind) => kind !== 'context');
  if (begin === -1) return 'context';
  const [first, ...rest] = new Set(kinds.slice(begin));
  if (first === undefined || rest.length > 0) return 'partly';
  // Context before trained text is the header, or what the generation prompt holds. Before a cut it may be
  // text.
  return first === 'cut' && begin > 0 ? 'partly' : first;
}

/** A text of a message, marked by the message's fate. A part of `partly` is not known, so it has no mark. */
export function fatedText(text: string, fate: Fate | undefined): Part | string {
  return fate === undefined || fate === 'partly' ? text : html`<span class=${fate}>${text}</span>`;
}

/** Spans up to the limit. The first ones name the role. */
export function markedText(spans: readonly Span[]): readonly Part[] {
  let left = textLimit;
  const [first, ...rest] = spans;
  // The line break between two turns belongs to the later one. The page shows a gap between the bubbles
  // instead.
  const isBreak = first?.kind !== 'trained' && first?.special === false && first.text === '\n';
  return (isBreak ? rest : spans).flatMap(({ text, kind, special }) => {
    if (left <= 0) return [];
    const shown = clip(text, left);
    left -= text.length;
    return html`<span class=${special ? `${kind} special` : kind}>${shown}</span>`;
  });
}

/** The tokens of a conversation that is shown in another form, a block for each message. */
export function tokensFold(messages: readonly (readonly Span[])[], open: boolean): Part {
  return html`<details class="tokens" open=${open}>
    <summary>as tokens</summary>
    ${messages
      .filter(({ length }) => length > 0)
      .map((spans) => html`<div class="text" dir="auto">${markedText(spans)}</div>`)}
  </details>`;
}
