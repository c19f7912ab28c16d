import { defined } from '../../defined.js';
import { isBlank, saysNothing } from '../conversation/blank.js';
import type { Message } from '../conversation/conversation.js';
import { readPart, textOfParts } from './parts.js';
import type { RawMessage } from './raw-message.js';
import { optionalText, type Reading } from './reading.js';
import type { Reasons } from './reasons.js';
import type { Role } from '../conversation/roles.js';
import type { RowValue } from './row-value.js';

/** A stretch of a content: words of the message, or the message of a result. */
type Section = { readonly words: string } | { readonly result: Message };

/**
 * Reads a message of a user, a tool or the system. Results among its parts become messages of their own where
 * they stand.
 *
 * @param used - gets the names of the members that are read.
 */
export function readOther(
  raw: RawMessage,
  role: Exclude<Role, 'assistant'>,
  reading: Reading,
  used: Set<string>,
): void {
  const { reasons, messages } = reading;
  const sections = sectionsOf(raw, role, reasons);
  if (role === 'system' && isSilent(sections)) {
    reading.blankSystem += 1;
    return;
  }
  for (const section of sections)
    messages.push(
      'result' in section ? section.result : { role, content: section.words, ...ownMembers(raw, role, used) },
    );
}

/** The members of the words of a message. Its results have their own. */
function ownMembers(raw: RawMessage, role: Role, used: Set<string>): Pick<Message, 'tool_call_id' | 'name'> {
  const { toolCallId, name } = raw.names;
  const id = role === 'tool' ? optionalText(raw, toolCallId, used) : undefined;
  const text = optionalText(raw, name, used);
  return {
    ...(id === undefined ? {} : { tool_call_id: id }),
    ...(text === undefined ? {} : { name: text }),
  };
}

function isSilent(sections: readonly Section[]): boolean {
  return sections.every((section) => 'words' in section && isBlank(section.words));
}

function sectionsOf(
  { content, list }: RawMessage,
  role: Exclude<Role, 'assistant'>,
  reasons: Reasons,
): readonly Section[] {
  const { value } = content;
  if (typeof value === 'string') return [{ words: value }];
  const isNull = value === undefined || value === null;
  if ((isNull && role === 'tool') || (role === 'system' && saysNothing(value))) return [{ words: '' }];
  const parts = list === undefined ? undefined : content.items();
  if (parts !== undefined) return sectionsOfParts(parts, role, reasons);
  reasons.add('content_not_text');
  return [];
}

/** Beside results, words that are blank are no message. */
function sectionsOfParts(
  parts: readonly RowValue[],
  role: Exclude<Role, 'assistant'>,
  reasons: Reasons,
): readonly Section[] {
  const sections: Section[] = [];
  let words = '';
  for (const item of parts) {
    const part = readPart(item, role);
    if (part.kind === 'bad') reasons.add(part.reason);
    else if (part.kind === 'text') words += part.text;
    else if (part.kind === 'result') {
      sections.push({ words }, { result: resultMessage(item, reasons) });
      words = '';
    }
  }
  if (sections.length === 0) return [{ words }];
  return [...sections, { words }].filter((section) => 'result' in section || !isBlank(section.words));
}

/** The message of a part `{ type: 'tool_result', tool_use_id, content }`. */
function resultMessage(part: RowValue, reasons: Reasons): Message {
  const id = optionalText({ members: part }, ['tool_use_id'], new Set());
  return {
    role: 'tool',
    content: resultText(part.member('content'), reasons),
    ...defined({ tool_call_id: id }),
  };
}

function resultText(content: RowValue, reasons: Reasons): string {
  const { value } = content;
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  const parts = content.items();
  const text = parts === undefined ? (['content_not_text'] as const) : textOfParts(parts);
  if (typeof text === 'string') return text;
  for (const reason of text) reasons.add(reason);
  return '';
}
