import { readEntries } from '../../mix/format/entry-file.js';
import { mixEntryAt } from '../../mix/format/mix-entry.js';

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

export interface CutLinesInput {
  /** The plan's entries, which hold the length of each line. */
  readonly entriesPath: string;
  readonly maxBytes: number;
}

/**
 * Cuts a file of the mix into stretches of at most `maxBytes`; a longer line is a stretch of its own. A job
 * for a thread.
 */
export function cutLines({ entriesPath, maxBytes }: CutLinesInput): Promise<LineStretch[]> {
  const stretches: LineStretch[] = [];
  let [from, to, firstLine, lines] = [0, 0, 0, 0];
  const close = (): void => {
    if (lines > 0) stretches.push({ from, to, firstLine, lines });
    from = to;
    firstLine += lines;
    lines = 0;
  };
  for (const entry of readEntries(entriesPath)) {
    const line = entry.readUInt32LE(mixEntryAt.length) + 1;
    if (to + line - from > maxBytes) close();
    to += line;
    lines += 1;
  }
  close();
  return Promise.resolve(stretches);
}
