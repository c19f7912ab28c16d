import { closeSync, openSync } from 'node:fs';
import { readFully } from '../../../files/read-fully.js';
import { mixEntryBytes } from './mix-entry.js';

const blockEntries = 4_096;

/** Entries `[from, to)` of a file; all by default. */
export interface EntryRange {
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/**
 * The entries of a file in order. Each is valid until the next one is requested. The file is open only while
 * a block is read, so that any number of files can be merged.
 */
export function* readEntries(
  path: string,
  { from, to }: EntryRange = { from: 0, to: Infinity },
): Generator<Buffer> {
  const block = Buffer.allocUnsafeSlow(Math.min(blockEntries, to - from) * mixEntryBytes);
  for (let entry = from; entry < to;) {
    const wanted = block.subarray(0, Math.min(blockEntries, to - entry) * mixEntryBytes);
    const used = readBlock(path, wanted, entry * mixEntryBytes);
    for (let at = 0; at < used; at += mixEntryBytes) yield block.subarray(at, at + mixEntryBytes);
    if (used < wanted.length) return;
    entry += blockEntries;
  }
}

function readBlock(path: string, block: Buffer, position: number): number {
  const descriptor = openSync(path, 'r');
  try {
    return readFully(descriptor, block, position);
  } finally {
    closeSync(descriptor);
  }
}
