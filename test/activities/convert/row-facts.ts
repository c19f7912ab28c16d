import { noFacts, type ConversationFacts } from '../../../core/convert/findings/facts.js';
import type { ConvertedRow } from '../../../activities/convert/rows/converted-row.js';

/**
 * What becomes of a row: its line, the characters of its assistant, the prompt that decides its split, and
 * what is counted of it.
 */
export type RowFacts = readonly [
  line: string,
  assistantChars: number,
  prompt: string,
  counted: ConversationFacts,
];

export function facts(row: ConvertedRow): RowFacts {
  const target = Buffer.alloc(row.maxBytes);
  const { end, assistantChars } = row.writeTo(target, 0);
  const { unread, ...counted } = row.facts ?? noFacts;
  return [
    target.toString('utf8', 0, end),
    assistantChars,
    Buffer.from(row.prompt).toString(),
    { unread: [...unread].sort(), ...counted },
  ];
}
