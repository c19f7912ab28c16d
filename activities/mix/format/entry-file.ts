import { closeSync, openSync } from 'node:fs';
import { readFully } from '../../../files/read-fully.js';
import { mixEntryBytes } from './mix-entry.js';

const blockEntries = 16_384;

/** The entries of a file in order. Each is valid until the next one is requested. */
export function* readEntries(path: string): Generator<Buffer> {
  const block = Buffer.allocUnsafeSlow(blockEntries * mixEntryBytes);
  const descriptor = openSync(path, 'r');
  try {
    for (let position = 0; ;) {
      const used = readFully(descriptor, block, position);
      for (let at = 0; at < used; at += mixEntryBytes) yield block.subarray(at, at + mixEntryBytes);
      if (used < block.length) return;
      position += used;
    }
  } finally {
    closeSync(descriptor);
  }
}
