import type { DialogueOutcome } from '../../../core/convert/dialogue.js';
import type { RowFilter } from '../../../core/convert/filter.js';
import { textOfJson } from '../json-bytes/text-of-json.js';
import type { ConvertedRow, UnparsedOutcome, WrittenLine } from '../rows/converted-row.js';
import { filteredColumns, type ScatteredRow } from './scattered-row.js';

const opening = Buffer.from('{"messages":[{"role":"user","content":');
const answer = Buffer.from('},{"role":"assistant","content":');
const question = Buffer.from('},{"role":"user","content":');
const closing = Buffer.from('}]}');
const maxTurnBytes = opening.length + answer.length + closing.length;

/** The result of converting a dialogue, with the conversation as a line. */
export type GroupedDialogue = Omit<DialogueOutcome, 'outcome'> & {
  readonly outcome: Exclude<UnparsedOutcome, undefined>;
};

/**
 * Converts a dialogue whose rows are all plain, each with an id of its own, as nearly all are: the JSON of
 * its texts is copied into the canonical line. `undefined` for any other.
 */
export function plainDialogue(rows: readonly ScatteredRow[], filter: RowFilter): GroupedDialogue | undefined {
  if (!rows.every(({ isPlain }) => isPlain)) return undefined;
  const turns = rows.toSorted((a, b) => a.responseId - b.responseId);
  if (turns.some((row, at) => row.responseId === turns[at + 1]?.responseId)) return undefined;
  const passes = filter.columns.length === 0 || turns.every((row) => filter.passes(filteredColumns(row)));
  return {
    outcome: passes ? conversation(turns) : 'filtered',
    collapsedRows: 0,
    gap: turns.some((row, at) => row.responseId !== at),
    unfinished: !rows.some(({ episodeDone }) => episodeDone),
  };
}

function conversation(turns: readonly ScatteredRow[]): ConvertedRow {
  let maxBytes = 0;
  for (const { context, response } of turns) maxBytes += maxTurnBytes + context.length + response.length;
  return {
    maxBytes,
    prompt: textOfJson((turns[0]?.context ?? new Uint8Array()).subarray(1, -1)),
    writeTo: (target, at) => writeLine(turns, target, at),
  };
}

function writeLine(turns: readonly ScatteredRow[], target: Buffer, at: number): WrittenLine {
  let end = at;
  const add = (bytes: Uint8Array): void => {
    target.set(bytes, end);
    end += bytes.length;
  };
  let assistantChars = 0;
  for (const [index, { context, response, responseChars }] of turns.entries()) {
    add(index === 0 ? opening : question);
    add(context);
    add(answer);
    add(response);
    assistantChars += responseChars;
  }
  add(closing);
  return { end, assistantChars };
}
