import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { DialogueRow } from '../../../core/convert/dialogue.js';
import { FileWriter } from '../../../files/file-writer.js';
import { readFully } from '../../../files/read-fully.js';
import type { RowPlace } from '../read/rows.js';

/**
 * A scatter artifact has files of scattered rows: `scatter-<n>.jsonl`, one row a line, partition after
 * partition, and `scatter-<n>.offsets`, where each partition begins and the last one ends: partitions + 1
 * numbers of 8 bytes, little-endian.
 */
const rowsName = (file: number): string => `scatter-${file}.jsonl`;
const offsetsName = (file: number): string => `scatter-${file}.offsets`;
const offsetBytes = 8;

/** A row, and its place in the scattered piece. */
export type ScatteredRow = readonly [DialogueRow, RowPlace];

const ScatteredRow = z.tuple([
  z.object({
    dialogueId: z.number(),
    responseId: z.number(),
    context: z.unknown(),
    response: z.unknown(),
    episodeDone: z.boolean(),
    filtered: z.record(z.string(), z.unknown()),
  }),
  z.object({ slice: z.int(), row: z.int(), rowGroup: z.int().exactOptional() }),
]);

/** A scatter artifact, for the jobs that read it. */
export interface Scatter {
  readonly dir: string;
  /** How many files of scattered rows it has. */
  readonly files: number;
  /** The plan's number of the scattered piece's first slice. */
  readonly firstSlice: number;
}

/** Writes one file of scattered rows. @param partitions - lines of each partition, without newlines. */
export function writeScattered(dir: string, file: number, partitions: readonly (readonly string[])[]): void {
  const rows = new FileWriter(join(dir, rowsName(file)));
  const offsets = Buffer.alloc((partitions.length + 1) * offsetBytes);
  for (const [index, lines] of partitions.entries()) {
    for (const line of lines) rows.writeText(`${line}\n`);
    offsets.writeBigUInt64LE(BigInt(rows.bytes), (index + 1) * offsetBytes);
  }
  rows.close();
  writeFileSync(join(dir, offsetsName(file)), offsets);
}

/** The rows of one partition in one scatter artifact, in reading order. */
export function* readScattered({ dir, files }: Scatter, partition: number): Generator<ScatteredRow> {
  for (let file = 0; file < files; file += 1) {
    const offsets = readFileSync(join(dir, offsetsName(file)));
    const from = Number(offsets.readBigUInt64LE(partition * offsetBytes));
    const to = Number(offsets.readBigUInt64LE((partition + 1) * offsetBytes));
    const bytes = readRange(join(dir, rowsName(file)), from, to);
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(0x0a, start);
      yield ScatteredRow.parse(JSON.parse(bytes.toString('utf8', start, end)));
      start = end + 1;
    }
  }
}

function readRange(path: string, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(to - from);
  const descriptor = openSync(path, 'r');
  try {
    const read = readFully(descriptor, bytes, from);
    if (read < bytes.length) throw new Error(`${path} ends at byte ${from + read}; its offsets go to ${to}`);
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}
