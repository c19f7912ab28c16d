import { createLineSplitter } from './lines.js';
import { createListSplitter, isSpace } from './json-list.js';
import type { RowSink, RowSplitter } from './row-sink.js';

/** For `.json` files: a list where the first character that is no white space is `[`, else JSON lines. */
export function createJsonSplitter(sink: RowSink): RowSplitter {
  let head = Buffer.alloc(0);
  let splitter: RowSplitter | undefined;
  const decide = (): RowSplitter => {
    const chosen = startsList(head) === true ? createListSplitter(sink) : createLineSplitter(sink, true);
    chosen.push(head);
    return chosen;
  };
  return {
    push(chunk) {
      if (splitter !== undefined) {
        splitter.push(chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      if (startsList(head) !== undefined) splitter = decide();
    },
    end() {
      return (splitter ?? decide()).end();
    },
  };
}

/** Whether JSON text begins a list; `undefined` where more bytes are needed. A byte order mark is passed over. */
export function startsList(bytes: Uint8Array): boolean | undefined {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const first = bytes.subarray(marked ? 3 : 0).find((byte) => !isSpace(byte));
  return first === undefined ? undefined : first === 0x5b;
}
