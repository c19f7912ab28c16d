import type { ReadConversation } from '../../read/read-train.js';
import { article } from '../conversation/article.js';
import { shownCharacters } from '../conversation/limits.js';
import type { MarkedConversation } from '../mark-tokens.js';
import { plural, visible } from '../format.js';
import { html, type Part } from '../html.js';

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
      of each source.
      ${shown.length < toRead.length ? ` ${plural(toRead.length - shown.length, 'other line')} of these would make the page too long.` : ''}
      ${' '}<code>npx headrace trace ${name} LINE</code> shows where a line comes from.
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

/** The conversations that fit, in order. One that is too long does not keep out the shorter ones after it. */
function withinLimit(toRead: readonly ReadConversation[]): readonly ReadConversation[] {
  let characters = 0;
  return toRead.filter((conversation) => {
    const own = shownCharacters(conversation);
    if (characters + own > pageLimit) return false;
    characters += own;
    return true;
  });
}
