import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dialogueRowReader } from '../../../core/convert/dialogue.js';
import type { Layout } from '../../../core/convert/layout.js';
import type { Segment } from '../plan/conversion-plan.js';
import { FileWriter } from '../../../files/file-writer.js';
import type { ScatterMeta } from '../output/piece-meta.js';
import type { InputFile } from '../read/open-file.js';
import { RejectWriter } from '../output/reject-writer.js';
import { readRows } from '../read/rows.js';
import { sha256 } from '../../../files/sha256.js';
import type { JobContext } from '../../threads/job.js';
import { scatterName, scatterOffsetsName, type ScatteredRow } from './scattered-rows.js';

export interface ScatterInput {
  readonly files: readonly InputFile[];
  readonly segments: readonly Segment[];
  readonly layout: Layout;
  readonly filterColumns: readonly string[];
  readonly partitions: number;
  /** An empty folder, filled with the scatter's files. */
  readonly dir: string;
}

/** Rows are gathered in memory up to this many characters, then written as one run. */
const runChars = 6 * 1024 * 1024;

/**
 * Sorts the rows of a grouped format into partitions by their dialogue. A row without ids is rejected here, before the
 * filter, as grouping comes before it. A job for a thread.
 */
export async function scatterPiece(input: ScatterInput, context: JobContext): Promise<ScatterMeta> {
  const dialogueRow = dialogueRowReader(input.layout, input.filterColumns);
  const rejects = new RejectWriter(input.dir);
  const parts: string[][] = Array.from({ length: input.partitions }, () => []);
  let [rows, runs, held] = [0, 0, 0];
  const flush = (): void => {
    writeRun(input.dir, runs, parts);
    for (const part of parts) part.length = 0;
    runs += 1;
    held = 0;
  };
  const segmentRows = await readRows(
    {
      files: input.files,
      segments: input.segments,
      choice: {
        plain: [...new Set([...Object.values(input.layout.columns), ...input.filterColumns])],
        members: {},
      },
      scratch: input.dir,
    },
    {
      onRow(row, place, text) {
        rows += 1;
        const found = dialogueRow(row);
        if (found === undefined) {
          rejects.add({ ...place, reason: 'no_messages', text: text() });
          return;
        }
        const line = JSON.stringify([found, place] satisfies ScatteredRow);
        parts[partitionOf(found.dialogueId, input.partitions)]?.push(line);
        held += line.length;
        if (held > runChars) flush();
      },
      onBad(reason, place, text) {
        rows += 1;
        rejects.add({ ...place, reason, text: text() });
      },
    },
    context.progress,
  );
  if (held > 0) flush();
  rejects.close();
  const rejected = rejects.count;
  return {
    counts: { rows, read: rejected, filtered: 0, rejected, rejectedBy: rejects.by, converted: 0 },
    runs,
    segmentRows: [...segmentRows],
  };
}

function partitionOf(dialogueId: number, partitions: number): number {
  return sha256(String(dialogueId)).readUInt32BE(0) % partitions;
}

function writeRun(dir: string, run: number, parts: readonly (readonly string[])[]): void {
  const file = new FileWriter(join(dir, scatterName(run)));
  const offsets = Buffer.alloc((parts.length + 1) * 8);
  for (const [index, part] of parts.entries()) {
    for (const line of part) file.writeText(`${line}\n`);
    offsets.writeBigUInt64LE(BigInt(file.bytes), (index + 1) * 8);
  }
  file.close();
  writeFileSync(join(dir, scatterOffsetsName(run)), offsets);
}
