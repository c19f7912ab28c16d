import { readAssistant, readCallsMessage } from './assistant-message.js';
import { isBlank } from '../conversation/blank.js';
import type { Message } from '../conversation/conversation.js';
import type { KeyUses } from '../keys/key-uses.js';
import { readOther } from './other-message.js';
import { noNames, type RawMessage } from './raw-message.js';
import type { Reading } from './reading.js';
import type { Reasons } from './reasons.js';
import type { Unread } from '../keys/unread.js';

/** The messages of a conversation, and what was left out. */
export interface ReadMessages {
  readonly messages: readonly Message[];
  readonly blankSystem: number;
  readonly trailing: boolean;
}

/** Where the findings of a row are gathered. */
export interface RowFindings {
  readonly reasons: Reasons;
  readonly unread: Unread;
  /** The columns that were read. */
  readonly used: Set<string>;
}

/**
 * Reads messages up to the last one of the assistant. The roles of all of them are checked.
 *
 * @param raw - at least one message.
 */
export function readMessages(
  raw: readonly RawMessage[],
  uses: KeyUses,
  { reasons, unread, used }: RowFindings,
): ReadMessages {
  const last = raw.findLastIndex(({ role }) => role === 'assistant' || role === 'tool_call');
  const kept = last === -1 ? raw : raw.slice(0, last + 1);
  if (last === -1) reasons.add('no_assistant');
  const reading: Reading = { reasons, messages: [], blankSystem: 0 };
  for (const message of raw) if (message.role === undefined) reasons.add('unknown_role');
  for (const message of kept) {
    const keys = message.list === undefined ? used : new Set<string>();
    readMessage(message, reading, keys);
    if (message.list !== undefined && message.names !== noNames)
      unread.add(message.members, uses.message, keys, message.list);
  }
  if (reading.messages.some(isWithoutWords)) reasons.add('blank_content');
  return { messages: reading.messages, blankSystem: reading.blankSystem, trailing: kept.length < raw.length };
}

/** Only results, and calls, need no words beside them. */
function isWithoutWords({ role, content, tool_calls }: Message): boolean {
  return role !== 'tool' && tool_calls === undefined && isBlank(content);
}

function readMessage(message: RawMessage, reading: Reading, used: Set<string>): void {
  const { role } = message;
  if (role === 'assistant') readAssistant(message, reading, used);
  else if (role === 'tool_call') readCallsMessage(message, reading, used);
  else if (role !== undefined) readOther(message, role, reading, used);
}
