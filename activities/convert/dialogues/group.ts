import { createDialogueConverter, type DialogueRow } from '../../../core/convert/dialogue.js';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { writtenRow } from '../rows/converted-row.js';
import type { PieceMeta } from '../output/piece-meta.js';
import { RejectWriter } from '../output/rejects.js';
import type { RowPlace } from '../read/rows.js';
import { RunWriter } from '../output/sorted-run-writer.js';
import { readScattered, type Scatter } from './scattered-rows.js';

export interface GroupInput {
  /** In plan order. */
  readonly scatters: readonly Scatter[];
  readonly partition: number;
  readonly rules: ConversionRules;
  readonly seed: number;
  /** An empty folder, filled with the piece's files. */
  readonly dir: string;
}

interface Dialogue {
  /** The place of its first row in the plan. */
  readonly place: RowPlace;
  readonly rows: DialogueRow[];
}

/** Groups and converts the dialogues of one partition. A job for a thread. Memory: the partition. */
export async function groupPartition(input: GroupInput): Promise<PieceMeta> {
  const dialogues = gather(input);
  const convert = createDialogueConverter(input.rules);
  const runs = new RunWriter(input.dir, input.seed);
  const rejects = new RejectWriter(input.dir);
  let [filtered, converted, gaps, unfinished, collapsedRows] = [0, 0, 0, 0, 0];
  for (const { rows, place } of dialogues) {
    const result = convert(rows);
    const { outcome } = result;
    collapsedRows += result.collapsedRows;
    if (outcome === 'filtered') filtered += 1;
    else if (typeof outcome === 'string')
      rejects.add({ ...place, reason: outcome, text: JSON.stringify(rows[0]) });
    else {
      converted += 1;
      if (result.gap) gaps += 1;
      if (result.unfinished) unfinished += 1;
      runs.add(writtenRow(outcome), place.slice, place.row);
    }
  }
  rejects.close();
  return {
    counts: {
      rows: 0,
      read: dialogues.length,
      filtered,
      rejected: rejects.count,
      rejectedBy: rejects.byReason,
      converted,
      gaps,
      unfinished,
      collapsedRows,
    },
    sortedRuns: runs.finish(),
    sliceRows: [],
  };
}

/** Dialogues in the order of their first rows. */
function gather(input: GroupInput): readonly Dialogue[] {
  const byId = new Map<number, Dialogue>();
  for (const scatter of input.scatters)
    for (const [row, { slice, ...place }] of readScattered(scatter, input.partition)) {
      const known = byId.get(row.dialogueId);
      if (known !== undefined) known.rows.push(row);
      else byId.set(row.dialogueId, { place: { slice: scatter.firstSlice + slice, ...place }, rows: [row] });
    }
  return [...byId.values()];
}
