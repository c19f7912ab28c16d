import { isUtf8 } from 'node:buffer';
import type { RowSink, RowSplitter } from './row-sink.js';

const code = (character: string): number => character.charCodeAt(0);
const [quote, backslash, comma] = [code('"'), code('\\'), code(',')];
const [openList, closeList, openObject, closeObject] = [code('['), code(']'), code('{'), code('}')];

/**
 * Cuts the elements of one big JSON list out of a stream, by brackets and strings alone: what an element holds is for
 * the parser to judge. So one bad element costs one row. What stands after the list, and a list that never ends, are
 * one more row, which does not parse. Memory: the longest element, and one chunk.
 */
export function createListSplitter(sink: RowSink): RowSplitter {
  let held: Buffer[] = [];
  let rows = 0;
  let state: 'before' | 'inside' | 'after' = 'before';
  let depth = 0;
  let inString = false;
  let escaped = false;
  let empty = true;
  let trailing = false;

  const emit = (last: Buffer): void => {
    const bytes = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    rows += 1;
    const { start, end } = trimmed(bytes);
    if (!sink.full) sink.text(bytes, start, end, rows, isUtf8(bytes.subarray(start, end)));
  };

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let start = 0;
      for (let at = 0; at < bytes.length; at += 1) {
        const byte = bytes[at];
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === backslash) escaped = true;
          else if (byte === quote) inString = false;
          continue;
        }
        if (state === 'before') {
          if (byte === openList) {
            state = 'inside';
            start = at + 1;
          }
          continue;
        }
        if (byte === undefined || isSpace(byte)) continue;
        if (state === 'after') {
          trailing = true;
          continue;
        }
        if (depth === 0 && (byte === comma || byte === closeList)) {
          // Nothing between `[` and `]` is no element; nothing before or after a comma is a bad one.
          if (byte === comma || !empty || rows > 0) emit(bytes.subarray(start, at));
          start = at + 1;
          empty = true;
          if (byte === closeList) state = 'after';
          continue;
        }
        empty = false;
        if (byte === quote) inString = true;
        else if (byte === openList || byte === openObject) depth += 1;
        else if ((byte === closeList || byte === closeObject) && depth > 0) depth -= 1;
      }
      // The chunk is the reader's; what is kept of it is copied.
      if (state === 'inside') held.push(Buffer.from(bytes.subarray(start)));
    },
    end() {
      const nothing = Buffer.alloc(0);
      if (state === 'inside' && !empty) emit(nothing);
      if (state === 'inside' || trailing) {
        held = [];
        emit(nothing);
      }
      return rows;
    },
  };
}

function trimmed(bytes: Buffer): { readonly start: number; readonly end: number } {
  let [start, end] = [0, bytes.length];
  while (start < end && isSpace(bytes[start] ?? 0)) start += 1;
  while (end > start && isSpace(bytes[end - 1] ?? 0)) end -= 1;
  return { start, end };
}

/** White space of JSON. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
