import { closeSync, openSync } from 'node:fs';
import { readFully } from '../../../files/read-fully.js';
import { mixEntryBytes } from './mix-entry.js';

const blockEntries = 4_096;

/**
 * The entries of a file in order. Each is valid until the next one is requested. The file is open only while
 * a block is read, so that any number of files can be merged.
 */
export function* readEntries(path: string): Generator<Buffer> {
  const block = Buffer.allocUnsafeSlow(blockEntries * mixEntryBytes);
  for (let position = 0; ;) {
    const used = readBlock(path, block, position);
    for (let at = 0; at < used; at += mixEntryBytes) yield block.subarray(at, at + mixEntryBytes);
    if (used < block.length) return;
    position += used;
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
