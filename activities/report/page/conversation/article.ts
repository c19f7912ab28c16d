import type { Message } from '../../../../core/convert/conversation/conversation.js';
import type { ReadConversation } from '../../read/read-train.js';
import { count, plural, visible } from '../format.js';
import { html, type Part } from '../html.js';
import type { MarkedConversation } from '../mark-tokens.js';
import { fateOf, tokensFold } from './marked-text.js';
import { dataMessage, tokensMessage } from './message.js';
import { toolsPart } from './tools.js';

/**
 * A conversation to read, with its place. Messages that are text only are shown as their tokens, as the model
 * reads them. In any other conversation the messages are shown as the data has them, with the tokens below.
 */
export function article(conversation: ReadConversation, marked: MarkedConversation | undefined): Part {
  const { source, messages, tools } = conversation;
  const spans = marked?.refusal === undefined ? marked?.messages : undefined;
  const asTokens = spans !== undefined && marked?.added.length === 0 && isTextOnly(conversation);
  const fates = spans?.map(fateOf);
  return html`<article class="talk" data-source=${source ?? ''}>
    <p class="where">
      ${whereText(conversation, marked)}
      ${marked !== undefined && marked.cut > 0 ? html`${', '}<b>${`${count(marked.cut)} cut off`}</b>` : null}
      ${marked?.refusal === undefined ? null : html`${': '}<b>${marked.refusal}</b>`}
    </p>
    ${toolsPart(tools)}
    ${messages.map((_, at) =>
      asTokens
        ? tokensMessage(messages, at, spans[at] ?? [])
        : dataMessage(messages, at, {
            fate: fates?.[at],
            leftOut: marked?.reasoningLeftOut.includes(at) === true,
          }),
    )}
    ${spans === undefined || asTokens ? null : tokensFold([marked?.added ?? [], ...spans], fates?.includes('partly') === true)}
  </article>`;
}

/** Whether the tokens of each message are its words and its role, and nothing else. */
function isTextOnly({ messages, tools }: ReadConversation): boolean {
  const isText = ({ role, reasoning_content, tool_calls }: Message): boolean =>
    role !== 'tool' && reasoning_content === undefined && tool_calls === undefined;
  return tools === undefined && messages.every(isText);
}

function whereText({ line, source }: ReadConversation, marked: MarkedConversation | undefined): string {
  const parts = [`line ${count(line)}`];
  if (source !== undefined) parts.push(visible(source));
  if (marked !== undefined) {
    const split = marked.examples > 1 ? `${plural(marked.examples, 'example')}, ` : '';
    parts.push(`${split}${plural(marked.tokens, 'token')}, ${count(marked.trained)} trained on`);
  }
  return parts.join(' · ');
}
