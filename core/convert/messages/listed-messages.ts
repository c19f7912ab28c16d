import { hasMore, type KeyUse } from '../keys/key-uses.js';
import { isObject } from '../layout.js';
import { noNames, type RawMessage } from './raw-message.js';
import type { MessageNames } from '../keys/read-names.js';
import type { RowRole } from '../conversation/roles.js';
import type { RowValue } from './row-value.js';

/** How the messages of a list are read. */
export interface ListKeys {
  /** The column of the list. */
  readonly list: string;
  readonly role: string;
  readonly content: string;
  readonly names: MessageNames;
  readonly roleOf: (role: unknown) => RowRole | undefined;
  readonly useOf: (key: string) => KeyUse;
  /** Whether the list is a prompt. */
  readonly isContext?: boolean;
}

/**
 * The messages of a list. Each may be JSON in a text. `undefined` where it is no list of objects, or an empty
 * one.
 */
export function listedMessages(found: RowValue, keys: ListKeys): readonly RawMessage[] | undefined {
  const items = found.items();
  if (items === undefined || items.length === 0) return undefined;
  const { list, isContext = false } = keys;
  const messages: RawMessage[] = [];
  for (const item of items) {
    const members = item.opened();
    if (!isObject(members.value)) return undefined;
    const role = keys.roleOf(members.member(keys.role).value);
    const content = members.member(keys.content);
    const isPlain = typeof content.value === 'string' && !hasMore(members.value, keys.useOf);
    messages.push({ role, content, members, names: isPlain ? noNames : keys.names, list, isContext });
  }
  return messages;
}
