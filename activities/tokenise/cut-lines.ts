import { open } from 'node:fs/promises';
import { mixEntryAt, mixEntryBytes } from '../mix/mix-entry.js';

/** A stretch of whole lines of train.jsonl or heldout.jsonl. */
export interface LineStretch {
  /** Bytes `[from, to)` of the file. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
  /** Number of its first line, from 0. */
  readonly firstLine: number;
  readonly lines: number;
}

const blockEntries = 16_384;

/**
 * Cuts a file of the mix into stretches of at most `maxBytes`; a longer line is a stretch of its own.
 *
 * @param entriesPath - the plan's entries, which say how long each line is.
 */
export async function cutLines(
  entriesPath: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<LineStretch[]> {
  const stretches: LineStretch[] = [];
  let [from, to, firstLine, lines] = [0, 0, 0, 0];
  const close = (): void => {
    if (lines > 0) stretches.push({ from, to, firstLine, lines });
    from = to;
    firstLine += lines;
    lines = 0;
  };
  const block = Buffer.alloc(blockEntries * mixEntryBytes);
  const file = await open(entriesPath, 'r');
  try {
    for (let used = block.length; used === block.length;) {
      signal.throwIfAborted();
      used = 0;
      for (let read = -1; read !== 0 && used < block.length; used += read)
        read = (await file.read(block, used, block.length - used)).bytesRead;
      for (let at = 0; at < used; at += mixEntryBytes) {
        const line = block.readUInt32LE(at + mixEntryAt.length) + 1;
        if (to + line - from > maxBytes) close();
        to += line;
        lines += 1;
      }
    }
  } finally {
    await file.close();
  }
  close();
  return stretches;
}
