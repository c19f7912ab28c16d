import { answeredCall } from '../../../../core/convert/conversation/answered-call.js';
import type { Message, ToolCall } from '../../../../core/convert/conversation/conversation.js';
import { clip, plural } from '../format.js';
import { html, type Part } from '../html.js';
import { callName, callsPart } from './calls.js';
import { nameText, textLimit } from './limits.js';
import type { Span } from '../mark-tokens.js';
import { fatedText, markedText, type Fate } from './marked-text.js';

/** A message as its tokens, which name its role. */
export function tokensMessage(messages: readonly Message[], at: number, spans: readonly Span[]): Part {
  const message = messages[at];
  if (message === undefined) return null;
  return html`<div class=${`message ${message.role}`}>
    ${labelPart(factsOf(message))}
    <div class="text" dir="auto">${markedText(spans)}</div>
  </div>`;
}

/**
 * A message as the data has it: reasoning folded, words, calls.
 *
 * @param fate - by which its texts are marked; `undefined` where it is not known.
 * @param leftOut - whether the renderer leaves out its reasoning.
 */
export function dataMessage(
  messages: readonly Message[],
  at: number,
  { fate, leftOut }: { readonly fate: Fate | undefined; readonly leftOut: boolean },
): Part {
  const message = messages[at];
  if (message === undefined) return null;
  const { role, content, reasoning_content: reasoning, tool_calls: calls = [] } = message;
  const call = answeredCall(messages, at);
  const cut =
    fate === 'partly' ? [html`<span class="tag">cut or trained in part: see its tokens</span>`] : [];
  return html`<div class=${`message ${role}`}>
    ${labelPart([role, ...resultOf(message, call), ...factsOf(message, call?.function.name), ...cut])}
    ${reasoning === undefined ? null : reasoningPart(reasoning, fate, leftOut)}
    ${content === '' ? null : html`<div class="text" dir="auto">${fatedText(clip(content, textLimit), fate)}</div>`}
    ${content === '' && role === 'tool' ? html`<div class="soft">an empty result</div>` : null}
    ${callsPart(calls, fate)}
  </div>`;
}

function labelPart(items: readonly (Part | string)[]): Part {
  if (items.length === 0) return null;
  const separated = items.map((item, index) => (index === 0 ? item : html` · ${item}`));
  return html`<p class="label" dir="ltr">${separated}</p>`;
}

/**
 * What the data says of a message beside its role and its texts.
 *
 * @param called - the name of the call that it answers, which need not be repeated.
 */
function factsOf({ name, weight }: Message, called?: string): readonly Part[] {
  return [
    ...(name === undefined || name === called ? [] : [html`<b>${nameText(name)}</b>`]),
    ...(weight === undefined ? [] : [html`<span class="tag">context, not trained</span>`]),
  ];
}

function resultOf({ tool_call_id: id }: Message, call: ToolCall | undefined): readonly Part[] {
  if (call !== undefined) return [html`result of ${callName(call)}`];
  return id === undefined ? [] : [html`result of <code>${nameText(id)}</code>`];
}

function reasoningPart(reasoning: string, fate: Fate | undefined, leftOut: boolean): Part {
  const mark = leftOut ? undefined : fate;
  return html`<details class="reasoning">
    <summary>
      ${fatedText('reasoning', mark)}<span class="soft">
        ${' '}${plural(reasoning.length, 'character')}${leftOut ? ', left out by the renderer; the message is context' : ''}</span
      >
    </summary>
    <div class="text" dir="auto">${fatedText(clip(reasoning, textLimit), mark)}</div>
  </details>`;
}
