import type { MessageNames } from '../keys/read-names.js';
import type { RowRole } from '../conversation/roles.js';
import type { RowValue } from './row-value.js';

/** A message as a row has it. Its content and members are unchecked. */
export interface RawMessage {
  /** `undefined` where it is not known. */
  readonly role: RowRole | undefined;
  readonly content: RowValue;
  /**
   * Where its further members are looked up, by {@link names}: the message itself, or the row where it is a
   * column.
   */
  readonly members: RowValue;
  readonly names: MessageNames;
  /** The column of the list that it stands in; absent where its content is a column. */
  readonly list?: string;
  /** Whether it is in a prompt, where an assistant's message is trained only if it says so. */
  readonly isContext?: boolean;
}

/** Of a message of which nothing but role and content is read. */
export const noNames: MessageNames = {
  reasoning: [],
  toolCalls: [],
  functionCall: [],
  weight: [],
  toolCallId: [],
  name: [],
};
