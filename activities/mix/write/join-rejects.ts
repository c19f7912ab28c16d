import { closeSync, openSync } from 'node:fs';
import { FileWriter } from '../../../files/file-writer.js';
import { readFully } from '../../../files/read-fully.js';

/** Input of {@link joinRejects}. */
export interface JoinRejectsInput {
  /** The lists of rejected rows of the sources, in recipe order. */
  readonly paths: readonly string[];
  /** The file to write. */
  readonly out: string;
}

const blockBytes = 256 * 1024;

/** Writes the rejected rows of all sources. A job for a thread. */
export async function joinRejects({ paths, out }: JoinRejectsInput): Promise<null> {
  const rejects = new FileWriter(out);
  for (const path of paths) appendFile(rejects, path);
  rejects.close();
  return null;
}

function appendFile(to: FileWriter, path: string): void {
  const block = Buffer.allocUnsafeSlow(blockBytes);
  const descriptor = openSync(path, 'r');
  try {
    for (let at = 0; ;) {
      const read = readFully(descriptor, block, at);
      to.write(block.subarray(0, read));
      if (read < block.length) return;
      at += read;
    }
  } finally {
    closeSync(descriptor);
  }
}
