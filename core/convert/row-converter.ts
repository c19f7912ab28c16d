import type { RejectReason } from '../contracts/conversion.js';
import type { ReasoningForm } from '../recipe/choices.js';
import type { Conversation, Message } from './conversation/conversation.js';
import type { ConversionRules } from './conversion-rules.js';
import { isNoOption } from './conversation/blank.js';
import { holdsOf, type ConversationFacts } from './findings/facts.js';
import { compileFilter } from './filter.js';
import { hasMore, keyUses } from './keys/key-uses.js';
import { isObject } from './layout.js';
import { holdsLoneSurrogate } from './conversation/lone-surrogate.js';
import { readMessages, type RowFindings, type ReadMessages } from './messages/read-messages.js';
import { readNames } from './keys/read-names.js';
import { firstStructure } from './messages/reading.js';
import { thinkBlock } from './conversation/think-block.js';
import { Reasons } from './messages/reasons.js';
import { messageFinder } from './messages/row-messages.js';
import { RowValue } from './messages/row-value.js';
import { readTools } from './messages/tools.js';
import { Unread } from './keys/unread.js';

/** A conversation, and what is counted of it. */
export interface Converted {
  readonly conversation: Conversation;
  readonly facts: ConversationFacts;
}

/** The result of converting a row: a conversation, the reason why there is none, or `'filtered'`. */
export type Outcome = Converted | RejectReason | 'filtered';

/**
 * Returns the converter of a format whose rows are conversations: it filters, finds the messages, reads them
 * up to the last one of the assistant, adds system prompt and tools, and validates. The row is parsed JSON of
 * any type; `text` returns its JSON. The text is parsed once more only where an object of the row goes into
 * the line, because JSON.parse does not keep the spelling of numbers.
 */
export function createRowConverter(rules: ConversionRules): (row: unknown, text: () => string) => Outcome {
  const filter = compileFilter(rules.filter, rules.layout);
  const uses = keyUses(rules);
  const find = messageFinder(rules, uses);
  const names = readNames(rules).row;
  return (value, text) => {
    if (!isObject(value)) return 'no_messages';
    if (!filter.passes(value)) return 'filtered';
    const findings: RowFindings = { reasons: new Reasons(), unread: new Unread(), used: new Set() };
    const row = RowValue.of(value, text);
    const isPlain = !hasMore(value, uses.row);
    const raw = find(row, findings, isPlain);
    if (raw === undefined) return 'no_messages';
    const read = readMessages(raw, uses, findings);
    if (isPlain) return outcomeOf(read, undefined, findings, rules.reasoning);
    const messages = withSystem(row, names.system, read.messages, findings);
    const list = firstStructure(row, names.tools, findings.used);
    const tools = list && readTools(list, findings.reasons);
    findings.unread.add(row, uses.row, findings.used);
    return outcomeOf({ ...read, messages }, tools, findings, rules.reasoning);
  };
}

/** Puts the text of a system column first, unless the conversation begins with a system message. */
function withSystem(
  row: RowValue,
  names: readonly string[],
  messages: readonly Message[],
  { reasons, used }: RowFindings,
): readonly Message[] {
  const name = names.find((column) => !isNoOption(row.member(column).value));
  if (name === undefined || messages[0]?.role === 'system') return messages;
  const content = row.member(name).value;
  used.add(name);
  if (typeof content === 'string') return [{ role: 'system', content }, ...messages];
  reasons.add('content_not_text');
  return messages;
}

/** The outcome of a row whose messages were read. */
export function outcomeOf(
  { messages, blankSystem, trailing }: ReadMessages,
  tools: readonly string[] | undefined,
  { reasons, unread }: RowFindings,
  form: ReasoningForm = 'field',
): Outcome {
  const conversation = {
    messages: form === 'inline' ? messages.map(withReasoningInline) : messages,
    ...(tools === undefined ? {} : { tools }),
  };
  if (holdsLoneSurrogate(conversation)) reasons.add('lone_surrogate');
  if (reasons.first !== undefined) return reasons.first;
  const facts = { unread: unread.names(messages), blankSystem, trailing, holds: holdsOf(conversation) };
  return { conversation, facts };
}

function withReasoningInline({ reasoning_content: reasoning, ...message }: Message): Message {
  return reasoning === undefined ? message : { ...message, content: thinkBlock(reasoning) + message.content };
}
