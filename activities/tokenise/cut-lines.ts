import { open } from 'node:fs/promises';
import type { LinesPart } from '../mix/join-parts.js';

/** A stretch of whole lines of files that follow each other. */
export interface LineStretch {
  /** Bytes `[from, to)`, counted from the first file's start. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
  /** Number of its first line, from 0. */
  readonly firstLine: number;
  readonly lines: number;
}

const newline = 0x0a;
const blockBytes = 1024 * 1024;

/** Cuts files of `\n`-ended lines into stretches of at most `maxBytes`; a longer line is a stretch of its own. */
export async function cutLines(
  parts: readonly LinesPart[],
  maxBytes: number,
  signal: AbortSignal,
): Promise<LineStretch[]> {
  const stretches: LineStretch[] = [];
  let from = 0;
  let firstLine = 0;
  let lines = 0;
  let lineStart = 0;
  const close = (to: number): void => {
    if (lines > 0) stretches.push({ from, to, firstLine, lines });
    from = to;
    firstLine += lines;
    lines = 0;
  };
  const block = Buffer.alloc(blockBytes);
  let at = 0;
  for (const { path } of parts) {
    const file = await open(path, 'r');
    try {
      for (;;) {
        signal.throwIfAborted();
        const { bytesRead } = await file.read(block, 0, block.length, null);
        if (bytesRead === 0) break;
        const used = block.subarray(0, bytesRead);
        for (let end = used.indexOf(newline); end >= 0; end = used.indexOf(newline, end + 1)) {
          const lineEnd = at + end + 1;
          if (lineEnd - from > maxBytes) close(lineStart);
          lines += 1;
          lineStart = lineEnd;
        }
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
  }
  close(lineStart);
  return stretches;
}
