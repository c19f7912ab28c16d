import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { createDialogueConverter } from '../../../core/convert/dialogue.js';
import { compileFilter } from '../../../core/convert/filter.js';
import type { Layout } from '../../../core/convert/layout.js';
import type { PieceMeta } from '../output/piece-meta.js';
import { PieceWriter } from '../output/piece-writer.js';
import type { RowPlace } from '../read/rows.js';
import { parsedRow } from '../rows/converted-row.js';
import { plainDialogue, type GroupedDialogue } from './plain-dialogue.js';
import { columnsOf, dialogueRow, type ScatteredRow } from './scattered-row.js';
import { readScattered, type ScatteredStretch } from './scattered-rows.js';

/** Input of {@link groupPartition}. */
export interface GroupInput {
  /** The rows of the partition, in plan order. */
  readonly scattered: readonly ScatteredStretch[];
  readonly rules: ConversionRules;
  readonly seed: number;
  /** Sorted runs of a piece, at most. */
  readonly mostRuns: number;
  /** An empty folder, which the job fills with the files of the artifact. */
  readonly dir: string;
}

/** Groups and converts the dialogues of one partition. A job for a thread. Memory: the partition. */
export async function groupPartition(input: GroupInput): Promise<PieceMeta> {
  const { layout } = input.rules;
  const convert = dialogueConverter(input.rules);
  const output = new PieceWriter(input.dir, input);
  let [gaps, unfinished, collapsedRows] = [0, 0, 0];
  for (const { rows, place } of dialoguesOf(input)) {
    const dialogue = convert(rows);
    const { outcome } = dialogue;
    collapsedRows += dialogue.collapsedRows;
    if (outcome === 'filtered') output.add(outcome, place);
    else if (typeof outcome === 'string') output.reject(outcome, place, firstRowText(rows, layout));
    else {
      if (dialogue.gap) gaps += 1;
      if (dialogue.unfinished) unfinished += 1;
      output.add(outcome, place);
    }
  }
  const { counts, sortedRuns } = output.finish();
  // The rows themselves were counted as they were scattered.
  return { counts: { ...counts, rows: 0, gaps, unfinished, collapsedRows }, sortedRuns, sliceRows: [] };
}

function dialogueConverter(rules: ConversionRules): (rows: readonly ScatteredRow[]) => GroupedDialogue {
  const filter = compileFilter(rules.filter, rules.layout);
  const convertParsed = createDialogueConverter(rules);
  return (rows) => {
    const plain = plainDialogue(rows, filter);
    if (plain !== undefined) return plain;
    const { outcome, ...facts } = convertParsed(rows.map(dialogueRow));
    return { ...facts, outcome: typeof outcome === 'string' ? outcome : parsedRow(outcome) };
  };
}

/** The columns of a dialogue's first row that were kept, as JSON. */
function firstRowText([first]: readonly ScatteredRow[], layout: Layout): string {
  return first === undefined ? '' : JSON.stringify(columnsOf(first, layout));
}

interface Dialogue {
  /** The place of its first row in the plan. */
  readonly place: RowPlace;
  readonly rows: ScatteredRow[];
}

/** The dialogues of the partition, in the order of their first rows. */
function dialoguesOf({ scattered }: GroupInput): Iterable<Dialogue> {
  const byId = new Map<number, Dialogue>();
  for (const stretch of scattered)
    for (const row of readScattered(stretch)) {
      const known = byId.get(row.dialogueId);
      if (known !== undefined) known.rows.push(row);
      else {
        const place = { ...row.place, slice: stretch.firstSlice + row.place.slice };
        byId.set(row.dialogueId, { place, rows: [row] });
      }
    }
  return byId.values();
}
