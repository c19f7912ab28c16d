import type { RejectReason } from '../contracts/conversion.js';
import { checkConversation, isBlank, type Message, type RawMessage } from './conversation.js';
import { compileFilter } from './filter.js';
import type { ConversionRules } from './conversion-rules.js';
import { columnOf, isObject, messageListOf, type Layout } from './layout.js';
import { roleMap } from './roles.js';

type Row = Readonly<Record<string, unknown>>;

/** The result of converting a row: a conversation, the reason why there is none, or `'filtered'`. */
export type Outcome = readonly Message[] | RejectReason | 'filtered';

/**
 * Returns the converter of a format whose rows are conversations: it filters, maps roles, drops the messages
 * after the last one of the assistant, and validates. The row is parsed JSON of any type.
 */
export function createRowConverter(rules: ConversionRules): (row: unknown) => Outcome {
  const filter = compileFilter(rules.filter, rules.layout);
  const roleOf = roleMap(messageListOf(rules.layout) === undefined ? undefined : rules.roles);
  const messagesOf = rawMessages(rules.layout);
  return (row) => {
    if (!isObject(row)) return 'no_messages';
    if (!filter.passes(row)) return 'filtered';
    const raw = messagesOf(row);
    return raw === undefined ? 'no_messages' : checkConversation(raw, roleOf);
  };
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
