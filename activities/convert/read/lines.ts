import { isUtf8 } from 'node:buffer';
import type { RowSink, RowSplitter } from './row-sink.js';

const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Cuts bytes into lines. A byte order mark at the start of the file and `\r` at a line's end are not part of a line;
 * lines of spaces and tabs only are counted, but are no rows. Memory: the longest line, and one chunk.
 *
 * @param atFileStart - whether the first byte is the first one of the file.
 */
export function createLineSplitter(sink: RowSink, atFileStart: boolean): RowSplitter {
  let held: Buffer = Buffer.allocUnsafe(0);
  let used = 0;
  let lines = 0;
  let mayHaveMark = atFileStart;

  const emit = (bytes: Buffer, from: number, to: number, wellFormed: boolean | undefined): void => {
    lines += 1;
    let [start, end] = [from, to];
    if (mayHaveMark && byteOrderMark.compare(bytes, start, Math.min(end, start + 3)) === 0) start += 3;
    mayHaveMark = false;
    if (end > start && bytes[end - 1] === carriageReturn) end -= 1;
    if (!isBlankLine(bytes, start, end) && !sink.full)
      sink.text(bytes, start, end, lines, wellFormed ?? isUtf8(bytes.subarray(start, end)));
  };

  /** Emits the whole lines of `block`, which ends with a newline. */
  const emitLines = (block: Buffer): void => {
    // One look at the whole block is cheaper than one at each line; lines are looked at where it fails.
    const wellFormed = isUtf8(block) ? true : undefined;
    for (let start = 0; start < block.length;) {
      const end = block.indexOf(newline, start);
      emit(block, start, end, wellFormed);
      start = end + 1;
    }
  };

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const last = bytes.lastIndexOf(newline);
      if (last === -1) {
        hold(bytes);
        return;
      }
      let from = 0;
      if (used > 0) {
        from = bytes.indexOf(newline) + 1;
        hold(bytes.subarray(0, from));
        emitLines(held.subarray(0, used));
        used = 0;
      }
      emitLines(bytes.subarray(from, last + 1));
      hold(bytes.subarray(last + 1));
    },
    end() {
      if (used > 0) emit(held, 0, used, undefined);
      return lines;
    },
  };

  function hold(bytes: Buffer): void {
    if (used + bytes.length > held.length) {
      const grown = Buffer.allocUnsafe(Math.max(used + bytes.length, held.length * 2));
      held.copy(grown, 0, 0, used);
      held = grown;
    }
    bytes.copy(held, used);
    used += bytes.length;
  }
}

function isBlankLine(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (bytes[at] !== space && bytes[at] !== tab) return false;
  return true;
}
