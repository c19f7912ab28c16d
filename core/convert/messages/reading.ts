import { isBlank, isNoOption } from '../conversation/blank.js';
import type { Message } from '../conversation/conversation.js';
import type { RawMessage } from './raw-message.js';
import type { Reasons } from './reasons.js';
import type { RowValue } from './row-value.js';

/** What is gathered while the messages of a row are read. */
export interface Reading {
  readonly reasons: Reasons;
  /** The messages of the conversation so far. */
  readonly messages: Message[];
  /** System messages without text, which are left out. */
  blankSystem: number;
}

/** The first of some lists or objects that says something, opened. It and those before it count as read. */
export function firstStructure(
  members: RowValue,
  names: readonly string[],
  used: Set<string>,
): RowValue | undefined {
  for (const name of names) {
    const found = members.member(name).opened();
    used.add(name);
    if (!isNoOption(found.value)) return found;
  }
  return undefined;
}

/** The text of the first of some members that is one. It counts as read. */
export function optionalText(
  { members }: Pick<RawMessage, 'members'>,
  names: readonly string[],
  used: Set<string>,
): string | undefined {
  for (const name of names) {
    const { value } = members.member(name);
    if (typeof value !== 'string' || isBlank(value)) continue;
    used.add(name);
    return value;
  }
  return undefined;
}
