import type { RejectReason } from '../contracts/conversion.js';
import { checkConversation, isBlank, type Conversation, type RawMessage } from './conversation.js';
import { holdsOf, noFacts, type ConversationFacts } from './facts.js';
import { compileFilter } from './filter.js';
import type { ConversionRules } from './conversion-rules.js';
import { columnOf, isObject, messageListOf, type Layout } from './layout.js';
import { roleMap } from './roles.js';

type Row = Readonly<Record<string, unknown>>;

/** A conversation, and what is counted of it. */
export interface Converted {
  readonly conversation: Conversation;
  readonly facts: ConversationFacts;
}

/** The result of converting a row: a conversation, the reason why there is none, or `'filtered'`. */
export type Outcome = Converted | RejectReason | 'filtered';

/**
 * Returns the converter of a format whose rows are conversations: it filters, maps roles, drops the messages
 * after the last one of the assistant, and validates. The row is parsed JSON of any type; `text` returns its
 * JSON. The text is parsed once more only where an object of the row goes into the line, because JSON.parse
 * does not keep the spelling of numbers.
 */
export function createRowConverter(rules: ConversionRules): (row: unknown, text: () => string) => Outcome {
  const filter = compileFilter(rules.filter, rules.layout);
  const roleOf = roleMap(messageListOf(rules.layout) === undefined ? undefined : rules.roles);
  const messagesOf = rawMessages(rules.layout);
  return (row) => {
    if (!isObject(row)) return 'no_messages';
    if (!filter.passes(row)) return 'filtered';
    const raw = messagesOf(row);
    if (raw === undefined) return 'no_messages';
    const messages = checkConversation(raw, roleOf);
    return typeof messages === 'string' ? messages : converted({ messages });
  };
}

/** A conversation of which nothing was left unread. */
export function converted(conversation: Conversation): Converted {
  return { conversation, facts: { ...noFacts, holds: holdsOf(conversation) } };
}

/**
 * Returns the function that finds the messages of a row; `undefined` where they are not a list of objects, or
 * an empty one.
 */
function rawMessages(layout: Layout): (row: Row) => readonly RawMessage[] | undefined {
  const list = messageListOf(layout);
  if (list !== undefined) return (row) => listedMessages(row[list.list], list.role, list.content);
  if (layout.format === 'alpaca') {
    const [instruction, input, output] = ['instruction', 'input', 'output'].map((name) =>
      columnOf(layout, name),
    ) as [string, string, string];
    return (row) => turn(alpacaPrompt(row[instruction], row[input]), row[output]);
  }
  const [prompt, response] = [columnOf(layout, 'prompt'), columnOf(layout, 'response')];
  return (row) => turn(row[prompt], row[response]);
}

function listedMessages(list: unknown, role: string, content: string): readonly RawMessage[] | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const messages: RawMessage[] = [];
  for (const message of list as readonly unknown[]) {
    if (!isObject(message)) return undefined;
    messages.push({ role: message[role], content: message[content] });
  }
  return messages;
}

/** A value that is not text is returned as it is, for the check to reject. */
function alpacaPrompt(instruction: unknown, input: unknown): unknown {
  if (typeof instruction !== 'string' || input === undefined || input === null) return instruction;
  if (typeof input !== 'string') return input;
  return isBlank(input) ? instruction : `${instruction}\n\n${input}`;
}

/** A question and its answer. */
export function turn(question: unknown, answer: unknown): readonly RawMessage[] {
  return [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ];
}
