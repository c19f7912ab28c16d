import { createDialogueConverter, type DialogueRow } from '../../../core/convert/dialogue.js';
import type { ConversionRules } from '../../../core/convert/row-converter.js';
import { parsedRow } from '../rows/converted-row.js';
import type { PieceMeta } from '../output/piece-meta.js';
import { RejectWriter } from '../output/reject-writer.js';
import type { RowPlace } from '../read/rows.js';
import { RunWriter } from '../output/sorted-run-writer.js';
import { readScattered } from './scattered-rows.js';
import type { JobContext } from '../../threads/job.js';

export interface GroupInput {
  /** The scatter artifacts in plan order. */
  readonly scatters: readonly {
    readonly dir: string;
    readonly runs: number;
    /** What the plan calls the scatter's first segment. */
    readonly firstSegment: number;
  }[];
  readonly partition: number;
  readonly rules: ConversionRules;
  readonly seed: number;
  /** An empty folder, filled with the piece's files. */
  readonly dir: string;
}

interface Dialogue {
  /** Where its first row stands. */
  readonly place: RowPlace;
  readonly rows: DialogueRow[];
}

/** Groups and converts the dialogues of one partition. A job for a thread. Memory: the partition. */
export async function groupPartition(input: GroupInput, context: JobContext): Promise<PieceMeta> {
  const dialogues = gather(input, context);
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
      runs.add(parsedRow(outcome), place.segment, place.row);
    }
  }
  rejects.close();
  return {
    counts: {
      rows: 0,
      read: dialogues.length,
      filtered,
      rejected: rejects.count,
      rejectedBy: rejects.by,
      converted,
      gaps,
      unfinished,
      collapsedRows,
    },
    runs: [...runs.finish()],
    segmentRows: [],
  };
}

/** Dialogues in the order of their first rows. */
function gather(input: GroupInput, context: JobContext): readonly Dialogue[] {
  const byId = new Map<number, Dialogue>();
  for (const [index, { dir, runs, firstSegment }] of input.scatters.entries()) {
    for (const [row, place] of readScattered(dir, runs, input.partition)) {
      const known = byId.get(row.dialogueId);
      if (known !== undefined) known.rows.push(row);
      else
        byId.set(row.dialogueId, {
          place: { ...place, segment: firstSegment + place.segment },
          rows: [row],
        });
    }
    context.progress(index + 1);
  }
  return [...byId.values()];
}
