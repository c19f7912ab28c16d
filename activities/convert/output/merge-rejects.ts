import { FileWriter } from '../../../files/file-writer.js';
import { readJsonLines } from '../../../files/json-lines.js';
import { PieceReject } from './reject-writer.js';
import type { SegmentTable } from './slice-table.js';

export interface MergeRejectsInput {
  readonly source: string;
  /** The pieces' lists of rejects; each in reading order. */
  readonly lists: readonly { readonly path: string; readonly firstSegment: number }[];
  /** Whether the lists follow each other in reading order; those of grouped formats do not. */
  readonly inOrder: boolean;
  readonly table: SegmentTable;
  /** The file to write. */
  readonly out: string;
}

/** Writes the rejects of a source as people read them: by file, and by line or row. A job for a thread. */
export async function mergeRejects(input: MergeRejectsInput): Promise<null> {
  const out = new FileWriter(input.out);
  const all: PieceReject[] = [];
  for (const { path, firstSegment } of input.lists)
    for await (const { value } of readJsonLines(path, PieceReject)) {
      const reject = { ...value, segment: firstSegment + value.segment };
      if (input.inOrder) out.writeText(format(input, reject));
      else all.push(reject);
    }
  all.sort((a, b) => a.segment - b.segment || a.row - b.row);
  for (const reject of all) out.writeText(format(input, reject));
  out.close();
  return null;
}

function format({ source, table }: MergeRejectsInput, reject: PieceReject): string {
  const segment = table.segments[reject.segment];
  if (segment === undefined) throw new Error(`A reject names segment ${reject.segment}, which is not there`);
  const { rowGroup, reason, text } = reject;
  return `${JSON.stringify({
    source,
    file: table.files[segment.file],
    ...(rowGroup === undefined ? {} : { row_group: rowGroup }),
    [segment.unit]: segment.rowsBefore + reject.row,
    reason,
    text,
  })}\n`;
}
