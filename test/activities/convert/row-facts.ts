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

/** Writes the row to `memory`, from `at` on. @default memory of its own */
export function facts(row: ConvertedRow, memory: Buffer = Buffer.alloc(row.maxBytes), at = 0): RowFacts {
  const { end, assistantChars } = row.writeTo(memory, at);
  const { unread, ...counted } = row.facts ?? noFacts;
  return [
    memory.toString('utf8', at, end),
    assistantChars,
    Buffer.from(row.prompt).toString(),
    { unread: [...unread].sort(), ...counted },
  ];
}
