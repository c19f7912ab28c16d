import type { ReadConversation } from '../../read/read-train.js';
import { count, plural, visible } from '../format.js';
import { html, type Part } from '../html.js';
import type { MarkedConversation } from '../mark-tokens.js';
import { messagePart } from './message.js';
import { toolsPart } from './tools.js';

/** A conversation to read, with its place. */
export function article(conversation: ReadConversation, marked: MarkedConversation | undefined): Part {
  const { source, messages, tools } = conversation;
  return html`<article class="talk" data-source=${source ?? ''}>
    <p class="where">
      ${whereText(conversation, marked)}
      ${marked !== undefined && marked.cut > 0 ? html`${', '}<b>${`${count(marked.cut)} cut off`}</b>` : null}
      ${marked?.refusal === undefined ? null : html`${': '}<b>${marked.refusal}</b>`}
    </p>
    ${toolsPart(tools, marked?.tools)}
    ${messages.map((_, at) => messagePart(conversation, at, marked))}
  </article>`;
}

function whereText({ line, source }: ReadConversation, marked: MarkedConversation | undefined): string {
  const parts = [`line ${count(line)}`];
  if (source !== undefined) parts.push(visible(source));
  if (marked !== undefined)
    parts.push(`${plural(marked.tokens, 'token')}, ${count(marked.trained)} trained on`);
  return parts.join(' · ');
}
