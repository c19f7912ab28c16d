import type { ReadConversation } from '../../read/read-train.js';
import { clip, count, plural, visible } from '../format.js';
import { html, type Part } from '../html.js';
import type { MarkedConversation, Span } from '../mark-tokens.js';

/** Most characters of a message on the page. */
const messageLimit = 3_000;
/** Most characters of all conversations together. */
const pageLimit = 400_000;

/**
 * Lines of train.jsonl to read, with a search field (shown only where scripts run) and, where there is a
 * training, with the trained text marked.
 *
 * @param marked - by line, from 1.
 */
export function readingSection(
  name: string,
  toRead: readonly ReadConversation[],
  marked: ReadonlyMap<number, MarkedConversation>,
): Part {
  const shown = withinLimit(toRead);
  if (shown.length === 0) return null;
  const sources = [...new Set(shown.flatMap(({ source }) => source ?? []))];
  return html`<section>
    <h2>Conversations to read</h2>
    <p class="soft">
      ${plural(shown.length, 'line')} of train.jsonl, which is in random order: its first ones, and the first
      of each source. ${' '}<code>npx headrace trace ${name} LINE</code> shows where a line comes from.
    </p>
    ${marked.size === 0 ? null : marksLegend()}
    <form class="search" role="search" hidden>
      <label>Search<input type="search" id="find" autocomplete="off" /></label>
      ${
        sources.length < 2
          ? null
          : html`<label
              >Source<select id="find-source">
                <option value="">all</option>
                ${sources.map((source) => html`<option value=${source}>${visible(source)}</option>`)}
              </select></label
            >`
      }
      <output id="found"></output>
    </form>
    ${shown.map((conversation) => article(conversation, marked.get(conversation.line)))}
  </section>`;
}

function marksLegend(): Part {
  return html`<p class="marks">
    <span class="trained">trained on</span> <span class="context">read, not trained on</span> ${' '}<span
      class="cut"
      >cut off by max_tokens</span
    >
    ${' '}<span class="special">special token</span>
  </p>`;
}

function withinLimit(toRead: readonly ReadConversation[]): readonly ReadConversation[] {
  let characters = 0;
  return toRead.filter(({ messages }) => {
    characters += messages.reduce((sum, { content }) => sum + Math.min(content.length, messageLimit), 0);
    return characters <= pageLimit;
  });
}

function article({ line, source, messages }: ReadConversation, marked: MarkedConversation | undefined): Part {
  return html`<article class="talk" data-source=${source ?? ''}>
    <p class="where">
      ${whereText(line, source, marked)}
      ${marked !== undefined && marked.cut > 0 ? html`${', '}<b>${`${count(marked.cut)} cut off`}</b>` : null}
      ${marked?.refusal === undefined ? null : html`${': '}<b>${marked.refusal}</b>`}
    </p>
    ${messages.map(({ role, content }, index) => {
      const spans = marked?.messages[index];
      return html`<div class=${`message ${role}`} dir="auto">
        ${spans === undefined ? html`<span class="role" dir="ltr">${role}</span>${clip(content, messageLimit)}` : markedText(spans)}
      </div>`;
    })}
  </article>`;
}

function whereText(line: number, source: string | undefined, marked: MarkedConversation | undefined): string {
  const parts = [`line ${count(line)}`];
  if (source !== undefined) parts.push(visible(source));
  if (marked !== undefined)
    parts.push(`${plural(marked.tokens, 'token')}, ${count(marked.trained)} trained on`);
  return parts.join(' · ');
}

/** Spans up to the limit. The first ones name the role. */
function markedText(spans: readonly Span[]): readonly unknown[] {
  let left = messageLimit;
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
