import { join } from 'node:path';
import { z } from 'zod';
import { rejectReasons, type RejectReason } from '../../../core/contracts/conversion.js';
import { defined } from '../../../core/defined.js';
import { startOf } from '../../../core/format.js';
import { FileWriter } from '../../../files/file-writer.js';
import { readJsonLines } from '../../../files/json-lines.js';
import type { SliceTable } from './slice-table.js';

/** Name of the list of rejected rows in `piece`, `scatter` and `summary` artifacts. */
export const rejectsName = 'rejects.jsonl';

const count = z.int().min(0);
const Reason = z.enum(rejectReasons);

/** One line of a piece's list of rejects. */
const PieceReject = z.object({
  slice: count,
  /** From 1, in the slice. */
  row: count,
  /** Of parquet files, from 0. */
  rowGroup: count.exactOptional(),
  reason: Reason,
  text: z.string(),
});
type PieceReject = z.infer<typeof PieceReject>;

/** One line of a source's list of rejects. */
export const SourceReject = z.object({
  source: z.string(),
  file: z.string(),
  row_group: count.exactOptional(),
  /** From 1, in the file; of JSON Lines `line`, of other files `row`. */
  line: count.exactOptional(),
  row: count.exactOptional(),
  reason: Reason,
  text: z.string(),
});
type SourceReject = z.infer<typeof SourceReject>;

/** Characters of a rejected row that are kept. */
const textChars = 200;

/** Writes the list of rejects of one piece, and counts them. */
export class RejectWriter {
  readonly #file: FileWriter;
  readonly #byReason: Partial<Record<RejectReason, number>> = {};
  #count = 0;

  /** @param dir - folder of the piece's artifact. */
  constructor(dir: string) {
    this.#file = new FileWriter(join(dir, rejectsName), 64 * 1024);
  }

  get count(): number {
    return this.#count;
  }

  get byReason(): Readonly<Partial<Record<RejectReason, number>>> {
    return this.#byReason;
  }

  add(reject: PieceReject): void {
    this.#count += 1;
    this.#byReason[reject.reason] = (this.#byReason[reject.reason] ?? 0) + 1;
    this.#file.writeText(`${JSON.stringify({ ...reject, text: startOf(reject.text, textChars) })}\n`);
  }

  close(): void {
    this.#file.close();
  }
}

/** Input of {@link mergeRejects}. */
export interface MergeRejectsInput {
  readonly source: string;
  /** The lists of the source's pieces. Each is in reading order. */
  readonly lists: readonly { readonly path: string; readonly firstSlice: number }[];
  /**
   * Whether the lists follow each other in reading order. Those of dialogue partitions do not: their rejects
   * are sorted in memory.
   */
  readonly inOrder: boolean;
  readonly table: SliceTable;
  /** The file to write. */
  readonly out: string;
}

/** Writes the list of rejects of a source: by file, and by line or row. A job for a thread. */
export async function mergeRejects(input: MergeRejectsInput): Promise<null> {
  const out = new FileWriter(input.out);
  const unsorted: PieceReject[] = [];
  const write = (reject: PieceReject): void =>
    out.writeText(`${JSON.stringify(sourceReject(input.source, input.table, reject))}\n`);
  for (const { path, firstSlice } of input.lists)
    for await (const { value } of readJsonLines(path, PieceReject)) {
      const reject = { ...value, slice: firstSlice + value.slice };
      if (input.inOrder) write(reject);
      else unsorted.push(reject);
    }
  unsorted.sort((a, b) => a.slice - b.slice || a.row - b.row);
  unsorted.forEach(write);
  out.close();
  return null;
}

function sourceReject(source: string, table: SliceTable, reject: PieceReject): SourceReject {
  const slice = table.slices[reject.slice];
  if (slice === undefined) throw new Error(`The plan has no slice ${reject.slice}, which a reject names`);
  return {
    source,
    file: table.files[slice.file] ?? '',
    ...defined({ row_group: reject.rowGroup }),
    [slice.unit]: slice.rowsBefore + reject.row,
    reason: reject.reason,
    text: reject.text,
  };
}
