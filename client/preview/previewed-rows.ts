import type { RejectReason } from '../../core/contracts/conversion.js';
import type { ConversionRules } from '../../core/convert/conversion-rules.js';
import type { Conversation } from '../../core/convert/conversation/conversation.js';
import { createDialogueConverter, dialogueRowReader, type DialogueRow } from '../../core/convert/dialogue.js';
import type { ConversationFacts } from '../../core/convert/findings/facts.js';
import { compileFilter } from '../../core/convert/filter.js';
import { rowsAreTurns } from '../../core/convert/layout.js';
import { createRowConverter, type Outcome } from '../../core/convert/row-converter.js';

/** A row that is a JSON object. */
export type HeadValue = Readonly<Record<string, unknown>>;

/** A row of a file's head: a JSON object, or its text and why it is none. */
export type HeadRow = { readonly row: number; readonly text: string } & (
  | {
      readonly value: HeadValue;
      /** Whether it has numbers that are not finite. */ readonly hasNonFinite: boolean;
    }
  | { readonly reason: RejectReason }
);

/** A row, or the rows of a dialogue, and what conversion makes of it. */
export interface PreviewedRow {
  /** Its number in the file, from 1. */
  readonly row: number;
  /**
   * The columns that conversion reads; of a dialogue several rows; of a row that is no JSON object its text.
   */
  readonly before: HeadValue | readonly HeadValue[] | string;
  readonly after: Conversation | null;
  /** What was not read or left out, and what the conversation holds; `null` where there is none. */
  readonly facts: ConversationFacts | null;
  readonly outcome: 'converted' | 'filtered' | RejectReason;
}

/** Converts the rows of a head as a run does. */
export function previewedRows(rules: ConversionRules, rows: readonly HeadRow[]): readonly PreviewedRow[] {
  return rowsAreTurns(rules.layout.format) ? byDialogue(rules, rows) : byRow(rules, rows);
}

function byRow(rules: ConversionRules, rows: readonly HeadRow[]): readonly PreviewedRow[] {
  const convert = createRowConverter(rules);
  return rows.map((head) =>
    'value' in head
      ? { row: head.row, before: head.value, ...afterwards(convert(head.value, () => head.text)) }
      : { row: head.row, before: head.text, ...afterwards(head.reason) },
  );
}

interface Dialogue {
  /** Number of its first row. */
  readonly row: number;
  readonly before: HeadValue[];
  readonly turns: DialogueRow[];
}

function byDialogue(rules: ConversionRules, rows: readonly HeadRow[]): readonly PreviewedRow[] {
  const readRow = dialogueRowReader(rules.layout, compileFilter(rules.filter, rules.layout).columns);
  const convert = createDialogueConverter(rules);
  const found: PreviewedRow[] = [];
  const byId = new Map<number, Dialogue>();
  for (const head of rows) {
    const { row } = head;
    if (!('value' in head)) {
      found.push({ row, before: head.text, ...afterwards(head.reason) });
      continue;
    }
    const turn = readRow(head.value);
    if (turn === undefined) {
      found.push({ row, before: head.value, ...afterwards('no_messages') });
      continue;
    }
    const dialogue = byId.get(turn.dialogueId) ?? { row, before: [], turns: [] };
    dialogue.before.push(head.value);
    dialogue.turns.push(turn);
    byId.set(turn.dialogueId, dialogue);
  }
  for (const { row, before, turns } of byId.values())
    found.push({ row, before, ...afterwards(convert(turns).outcome) });
  return found.sort((a, b) => a.row - b.row);
}

function afterwards(outcome: Outcome): Pick<PreviewedRow, 'after' | 'facts' | 'outcome'> {
  if (typeof outcome === 'string') return { after: null, facts: null, outcome };
  return { after: outcome.conversation, facts: outcome.facts, outcome: 'converted' };
}
