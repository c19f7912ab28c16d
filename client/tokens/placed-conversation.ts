import type { Conversation } from '../../core/convert/conversation/conversation.js';

/** A conversation, and where it was read. */
export interface PlacedConversation {
  readonly place: Place;
  readonly conversation: Conversation;
}

/** A line of a file of canonical lines, or a row of a source, both from 1. Of a dialogue, its first row. */
export type Place =
  | { readonly file: string; readonly line: number }
  | { readonly source: string; readonly file: string; readonly row: number };
