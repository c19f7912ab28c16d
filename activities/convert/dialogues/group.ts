import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { createDialogueConverter, type DialogueRow } from '../../../core/convert/dialogue.js';
import type { PieceMeta } from '../output/piece-meta.js';
import { PieceWriter } from '../output/piece-writer.js';
import type { RowPlace } from '../read/rows.js';
import { parsedRow } from '../rows/converted-row.js';
import { readScattered, type Scatter } from './scattered-rows.js';

/** Input of {@link groupPartition}. */
export interface GroupInput {
  /** In plan order. */
  readonly scatters: readonly Scatter[];
  readonly partition: number;
  readonly rules: ConversionRules;
  readonly seed: number;
  /** An empty folder, which the job fills with the files of the artifact. */
  readonly dir: string;
}

/** Groups and converts the dialogues of one partition. A job for a thread. Memory: the partition. */
export async function groupPartition(input: GroupInput): Promise<PieceMeta> {
  const convert = createDialogueConverter(input.rules);
  const output = new PieceWriter(input.dir, input.seed);
  let [gaps, unfinished, collapsedRows] = [0, 0, 0];
  for (const { rows, place } of dialoguesOf(input)) {
    const dialogue = convert(rows);
    const { outcome } = dialogue;
    collapsedRows += dialogue.collapsedRows;
    if (outcome === 'filtered') output.add(outcome, place);
    else if (typeof outcome === 'string') output.reject(outcome, place, JSON.stringify(rows[0]));
    else {
      if (dialogue.gap) gaps += 1;
      if (dialogue.unfinished) unfinished += 1;
      output.add(parsedRow(outcome), place);
    }
  }
  const { counts, sortedRuns } = output.finish();
  // The rows themselves were counted as they were scattered.
  return { counts: { ...counts, rows: 0, gaps, unfinished, collapsedRows }, sortedRuns, sliceRows: [] };
}

interface Dialogue {
  /** The place of its first row in the plan. */
  readonly place: RowPlace;
  readonly rows: DialogueRow[];
}

/** The dialogues of the partition, in the order of their first rows. */
function dialoguesOf({ scatters, partition }: GroupInput): Iterable<Dialogue> {
  const byId = new Map<number, Dialogue>();
  for (const scatter of scatters)
    for (const [row, { slice, ...place }] of readScattered(scatter, partition)) {
      const known = byId.get(row.dialogueId);
      if (known !== undefined) known.rows.push(row);
      else byId.set(row.dialogueId, { place: { slice: scatter.firstSlice + slice, ...place }, rows: [row] });
    }
  return byId.values();
}
