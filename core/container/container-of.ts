import { parseRow } from '../json/parse-row.js';
import type { Compression, Container } from './file-kind.js';
import { refusedKind, type RefusedKind } from './refusals.js';

/** What the first bytes of a file say. */
export type HeadKind =
  | { readonly is: 'packed'; readonly by: Exclude<Compression, 'none'> }
  | {
      readonly is: Container;
      /** Whether it begins with `{` or `[`, or is parquet. */ readonly isSure: boolean;
    }
  | { readonly is: 'refused'; readonly refused: RefusedKind };

const [newline, openList, openObject] = [0x0a, 0x5b, 0x7b];

/**
 * What a file is by its first bytes, its name apart. Text is JSON Lines unless {@link isList}.
 *
 * @param head - the first 64 KiB of the file, or all of a shorter one.
 */
export function containerOf(head: Uint8Array): HeadKind {
  if (head[0] === 0x1f && head[1] === 0x8b) return { is: 'packed', by: 'gzip' };
  if (isZstd(head)) return { is: 'packed', by: 'zstd' };
  if (decoded(head.subarray(0, 4)) === 'PAR1') return { is: 'parquet', isSure: true };
  const start = textStart(head);
  const end = head.indexOf(newline, start);
  const line = head.subarray(start, end === -1 ? head.length : end);
  const refused = refusedKind(head, decoded(line.subarray(0, 100)));
  if (refused !== undefined) return { is: 'refused', refused };
  const isSure = line[0] === openList || line[0] === openObject;
  return {
    is: isList(line, end === -1 ? head.subarray(0, 0) : head.subarray(end)) ? 'list' : 'lines',
    isSure,
  };
}

/**
 * Whether text is one JSON list: it begins with `[`, and its first line is not a JSON value of its own with
 * more lines behind it.
 *
 * @param line - the first line that is not blank.
 * @param rest - of the first bytes, those behind the line.
 */
function isList(line: Uint8Array, rest: Uint8Array): boolean {
  if (line[0] !== openList) return false;
  return textStart(rest) === rest.length || parseRow(decoded(line)) === undefined;
}

/** A frame, or one that readers skip, which some programs write first. */
function isZstd(head: Uint8Array): boolean {
  const [a = 0, b, c, d] = head;
  if (a === 0x28) return b === 0xb5 && c === 0x2f && d === 0xfd;
  return a >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18;
}

/** The first byte that is neither white space of JSON nor part of a byte order mark. */
function textStart(head: Uint8Array): number {
  let at = 0;
  while (at < head.length) {
    const byte = head[at];
    if (byte === 0x20 || byte === newline || byte === 0x0d || byte === 0x09) at += 1;
    else if (byte === 0xef && head[at + 1] === 0xbb && head[at + 2] === 0xbf) at += 3;
    else break;
  }
  return at;
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
