import type { ToolCall } from '../../../../core/convert/conversation/conversation.js';
import { plural } from '../format.js';
import { html, type Part } from '../html.js';
import { jsonText, mostCalls, nameText } from './limits.js';
import { fatedText, type Fate } from './marked-text.js';

/** Calls of a message: of each its name, its id and its arguments on lines. */
export function callsPart(calls: readonly ToolCall[], fate: Fate | undefined): Part {
  const more = calls.length - mostCalls;
  return html`${calls.slice(0, mostCalls).map(
    (call) =>
      html`<div class="call">
        <p class="label" dir="ltr">call ${callName(call)}</p>
        <pre>${fatedText(jsonText(call.function.arguments), fate)}</pre>
      </div>`,
  )}
  ${more > 0 ? html`<p class="soft">… and ${plural(more, 'more call')}</p>` : null}`;
}

/** Name and id of a call. */
export function callName({ id, function: { name } }: ToolCall): Part {
  return html`<b>${nameText(name)}</b>${id === undefined ? null : html`${' '}<code>${nameText(id)}</code>`}`;
}
