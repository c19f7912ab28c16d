import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileWriter } from '../../../files/file-writer.js';
import type { ByteRange } from '../../artifacts/store.js';
import { readFully } from '../../../files/read-fully.js';
import type { ScatteredRow } from './scattered-row.js';

/**
 * A scatter artifact has files of scattered rows: `scatter-<n>.rows`, row after row, partition after
 * partition, and `scatter-<n>.offsets`, where each partition begins and the last one ends: partitions + 1
 * numbers of 8 bytes, little-endian.
 */
export const rowsName = (file: number): string => `scatter-${file}.rows`;
export const offsetsName = (file: number): string => `scatter-${file}.offsets`;
const offsetBytes = 8;

/** Where the numbers of a row are, little-endian. The JSON of context, response and filtered follows. */
const at = {
  dialogueId: 0,
  responseId: 8,
  row: 16,
  slice: 24,
  /** {@link noRowGroup} where there is none. */
  rowGroup: 28,
  /** Bit 0: `episodeDone`, bit 1: `isPlain`. */
  flags: 32,
  contextBytes: 36,
  responseBytes: 40,
  filteredBytes: 44,
  responseChars: 48,
} as const;
const headBytes = 52;
const noRowGroup = 0xff_ff_ff_ff;

/** The rows of one partition in one file of scattered rows: bytes `[from, to)` of it. */
export interface ScatteredStretch extends ByteRange {
  readonly path: string;
  /** The plan's number of the scattered piece's first slice. */
  readonly firstSlice: number;
}

/** The rows of one partition, until they are written. */
export class PartitionRows {
  #bytes = Buffer.alloc(0);
  #used = 0;

  /** Returns the bytes that the row takes. */
  add(row: ScatteredRow): number {
    const { context, response, filtered, place } = row;
    const bytes = headBytes + context.length + response.length + filtered.length;
    const start = this.#used;
    this.#reserve(start + bytes);
    const target = this.#bytes;
    target.writeDoubleLE(row.dialogueId, start + at.dialogueId);
    target.writeDoubleLE(row.responseId, start + at.responseId);
    target.writeDoubleLE(place.row, start + at.row);
    target.writeUInt32LE(place.slice, start + at.slice);
    target.writeUInt32LE(place.rowGroup ?? noRowGroup, start + at.rowGroup);
    target.writeUInt32LE((row.episodeDone ? 1 : 0) + (row.isPlain ? 2 : 0), start + at.flags);
    target.writeUInt32LE(context.length, start + at.contextBytes);
    target.writeUInt32LE(response.length, start + at.responseBytes);
    target.writeUInt32LE(filtered.length, start + at.filteredBytes);
    target.writeUInt32LE(row.responseChars, start + at.responseChars);
    target.set(context, start + headBytes);
    target.set(response, start + headBytes + context.length);
    target.set(filtered, start + headBytes + context.length + response.length);
    this.#used = start + bytes;
    return bytes;
  }

  /** The rows, which are dropped by the next `add`. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#used);
    this.#used = 0;
    return taken;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#used);
    this.#bytes = grown;
  }
}

/** Writes one file of scattered rows. */
export function writeScattered(dir: string, file: number, partitions: readonly PartitionRows[]): void {
  const rows = new FileWriter(join(dir, rowsName(file)));
  const offsets = Buffer.alloc((partitions.length + 1) * offsetBytes);
  for (const [index, partition] of partitions.entries()) {
    rows.write(partition.take());
    offsets.writeBigUInt64LE(BigInt(rows.bytes), (index + 1) * offsetBytes);
  }
  rows.close();
  writeFileSync(join(dir, offsetsName(file)), offsets);
}

/** Where a partition is in a file of scattered rows. @param offsets - the content of its file of offsets. */
export function rangeOfPartition(offsets: Buffer, partition: number): ByteRange {
  return {
    from: Number(offsets.readBigUInt64LE(partition * offsetBytes)),
    to: Number(offsets.readBigUInt64LE((partition + 1) * offsetBytes)),
  };
}

/** The rows of a stretch, in reading order. */
export function* readScattered({ path, from, to }: ScatteredStretch): Generator<ScatteredRow> {
  const bytes = readBytes(path, from, to);
  for (let start = 0; start < bytes.length;) {
    const contextAt = start + headBytes;
    const responseAt = contextAt + bytes.readUInt32LE(start + at.contextBytes);
    const filteredAt = responseAt + bytes.readUInt32LE(start + at.responseBytes);
    const end = filteredAt + bytes.readUInt32LE(start + at.filteredBytes);
    const flags = bytes.readUInt32LE(start + at.flags);
    const rowGroup = bytes.readUInt32LE(start + at.rowGroup);
    yield {
      dialogueId: bytes.readDoubleLE(start + at.dialogueId),
      responseId: bytes.readDoubleLE(start + at.responseId),
      episodeDone: (flags & 1) !== 0,
      isPlain: (flags & 2) !== 0,
      context: bytes.subarray(contextAt, responseAt),
      response: bytes.subarray(responseAt, filteredAt),
      responseChars: bytes.readUInt32LE(start + at.responseChars),
      filtered: bytes.subarray(filteredAt, end),
      place: {
        slice: bytes.readUInt32LE(start + at.slice),
        row: bytes.readDoubleLE(start + at.row),
        ...(rowGroup === noRowGroup ? {} : { rowGroup }),
      },
    };
    start = end;
  }
}

function readBytes(path: string, from: number, to: number): Buffer {
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
