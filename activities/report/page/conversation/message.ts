import { answeredCall } from '../../../../core/convert/answered-call.js';
import type { Conversation, Message } from '../../../../core/convert/conversation.js';
import { clip, plural } from '../format.js';
import { html, type Part } from '../html.js';
import { callName, callsPart } from './calls.js';
import { nameText, textLimit } from './limits.js';
import type { MarkedConversation, Span } from '../mark-tokens.js';
import { fatedText, fateOf, markedText, tokensFold, type Fate } from './marked-text.js';

/**
 * A message. A text is shown by its tokens, as the model reads it. What the data has in members of its own
 * (reasoning, calls, results) is shown as such, marked by the fate of the message, with its tokens below.
 */
export function messagePart(
  conversation: Conversation,
  at: number,
  marked: MarkedConversation | undefined,
): Part {
  const message = conversation.messages[at];
  if (message === undefined) return null;
  const spans = marked?.refusal === undefined ? marked?.messages[at] : undefined;
  const isText = spans !== undefined && isOnlyText(message, conversation);
  return html`<div class=${`message ${message.role}`}>
    ${labelPart(conversation.messages, at, isText)}
    ${isText ? html`<div class="text" dir="auto">${markedText(spans)}</div>` : membersPart(message, spans, marked?.reasoningLeftOut.includes(at) === true)}
  </div>`;
}

/** Whether the tokens of a message are its words in the order of the data, and nothing else. */
function isOnlyText({ role, reasoning_content, tool_calls }: Message, { tools }: Conversation): boolean {
  const holdsTools = role === 'system' && tools !== undefined;
  return reasoning_content === undefined && tool_calls === undefined && role !== 'tool' && !holdsTools;
}

/** Who speaks, and what else the data says of the message. The tokens of a text begin with its role. */
function labelPart(messages: readonly Message[], at: number, isText: boolean): Part {
  const message = messages[at];
  if (message === undefined) return null;
  const { role, name, weight } = message;
  const items = [
    ...(isText ? [] : [role]),
    ...(role === 'tool' ? [resultOf(messages, at)] : []),
    ...(name === undefined ? [] : [html`<b>${nameText(name)}</b>`]),
    ...(weight === 0 ? [html`<span class="tag">context, not trained</span>`] : []),
  ].filter((item) => item !== null);
  return items.length === 0
    ? null
    : html`<p class="label" dir="ltr">${items.map((item, index) => (index === 0 ? item : html` · ${item}`))}</p>`;
}

function resultOf(messages: readonly Message[], at: number): Part {
  const call = answeredCall(messages, at);
  if (call !== undefined) return html`result of ${callName(call)}`;
  const id = messages[at]?.tool_call_id;
  return id === undefined ? null : html`result of <code>${nameText(id)}</code>`;
}

function membersPart(
  { role, content, reasoning_content: reasoning, tool_calls: calls = [] }: Message,
  spans: readonly Span[] | undefined,
  leavesOutReasoning: boolean,
): Part {
  const fate = spans === undefined ? undefined : fateOf(spans);
  return html`${reasoning === undefined ? null : reasoningPart(reasoning, leavesOutReasoning ? 'left out' : fate)}
  ${content === '' ? null : html`<div class="text" dir="auto">${fatedText(clip(content, textLimit), fate)}</div>`}
  ${content === '' && role === 'tool' ? html`<div class="soft">an empty result</div>` : null}
  ${callsPart(calls, fate)} ${tokensFold(spans)}`;
}

function reasoningPart(reasoning: string, fate: Fate | 'left out' | undefined): Part {
  const isLeftOut = fate === 'left out';
  const mark = isLeftOut ? undefined : fate;
  return html`<details class="reasoning">
    <summary>
      ${fatedText('reasoning', mark)}<span class="soft">
        ${' '}${plural(reasoning.length, 'character')}${isLeftOut ? ', left out by the renderer' : ''}</span
      >
    </summary>
    <div class="text" dir="auto">${fatedText(clip(reasoning, textLimit), mark)}</div>
  </details>`;
}
