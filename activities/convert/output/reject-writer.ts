import { join } from 'node:path';
import { z } from 'zod';
import { rejectReasons, type RejectReason } from '../../../core/contracts/conversion.js';
import { FileWriter } from '../../../files/file-writer.js';
import { rejectsName } from './sorted-run-format.js';

/** One line of a piece's `rejects.jsonl`. */
export const PieceReject = z.object({
  segment: z.int(),
  /** From 1, in the segment. */
  row: z.int(),
  /** Of parquet files, from 0. */
  rowGroup: z.int().exactOptional(),
  reason: z.enum(rejectReasons),
  text: z.string(),
});
export type PieceReject = z.infer<typeof PieceReject>;

/** Characters of a rejected row that are kept. */
const textChars = 200;

/** Writes the rejects of one piece and counts them. */
export class RejectWriter {
  readonly #file: FileWriter;
  readonly #by: Partial<Record<RejectReason, number>> = {};
  #count = 0;

  constructor(dir: string) {
    this.#file = new FileWriter(join(dir, rejectsName), 64 * 1024);
  }

  get count(): number {
    return this.#count;
  }
  get by(): Readonly<Partial<Record<RejectReason, number>>> {
    return this.#by;
  }

  add(reject: PieceReject): void {
    this.#count += 1;
    this.#by[reject.reason] = (this.#by[reject.reason] ?? 0) + 1;
    this.#file.writeText(`${JSON.stringify({ ...reject, text: clipped(reject.text) })}\n`);
  }

  close(): void {
    this.#file.close();
  }
}

/** The start of a text, never with half a character at its end. */
function clipped(text: string): string {
  return text.slice(0, textChars).replace(/[\uD800-\uDBFF]$/, '');
}
