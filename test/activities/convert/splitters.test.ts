import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListSplitter } from '../../../activities/convert/read/json-list.js';
import { LineSplitter, type OnText, type TextSplitter } from '../../../activities/convert/read/lines.js';

type Found = readonly [row: number, text: string, wellFormed: boolean];

/** What a splitter finds in chunks of `size` bytes, and how many rows it counts. */
function split(
  create: (onText: OnText) => TextSplitter,
  bytes: Buffer,
  size: number,
): { readonly found: readonly Found[]; readonly rows: number } {
  const found: Found[] = [];
  const splitter = create((chunk, start, end, row, wellFormed) =>
    found.push([row, chunk.toString('utf8', start, end), wellFormed]),
  );
  // One buffer for all chunks, as the reader of files has.
  const chunk = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    const length = bytes.copy(chunk, 0, at, at + size);
    splitter.push(chunk.subarray(0, length));
  }
  return { found, rows: splitter.end() };
}

const lines = (onText: OnText): TextSplitter => new LineSplitter('a', onText);
const json = (onText: OnText): TextSplitter => new ListSplitter('a', onText);

const cases: readonly (readonly [
  string,
  (onText: OnText) => TextSplitter,
  string | Buffer,
  readonly Found[],
  number,
])[] = [
  [
    'lines, wherever a chunk ends',
    lines,
    '\uFEFF{"a":1}\r\n\n \t\n{"é":"\u2028"}\nlast',
    [
      [1, '{"a":1}', true],
      [4, '{"é":"\u2028"}', true],
      [5, 'last', true],
    ],
    5,
  ],
  [
    'lines of which one is not UTF-8',
    lines,
    Buffer.concat([Buffer.from('a\n'), Buffer.from([0xff, 0x0a]), Buffer.from('b\n')]),
    [
      [1, 'a', true],
      [2, '\uFFFD', false],
      [3, 'b', true],
    ],
    3,
  ],
  [
    'the elements of a list',
    json,
    ' [ {"a":["]",{"b":"\\"}"}]} ,\n"x,y", 5 ] \n',
    [
      [1, '{"a":["]",{"b":"\\"}"}]}', true],
      [2, '"x,y"', true],
      [3, '5', true],
    ],
    3,
  ],
  ['no element of an empty list', json, '[ ]', [], 0],
  [
    'a list that never ends, as its elements and one more row',
    json,
    '[1, {"a":',
    [
      [1, '1', true],
      [2, '{"a":', true],
      [3, '', true],
    ],
    3,
  ],
  [
    'text after a list as one more row',
    json,
    '[1] x',
    [
      [1, '1', true],
      [2, '', true],
    ],
    2,
  ],
  [
    'lines without the byte order marks at their starts',
    lines,
    '\uFEFF{"a":1}\n\uFEFF\uFEFF{"b":"\uFEFF"}\r\n\uFEFF\n{"c":1}\uFEFF\n\uFEFF',
    [
      [1, '{"a":1}', true],
      [2, '{"b":"\uFEFF"}', true],
      [4, '{"c":1}\uFEFF', true],
    ],
    5,
  ],
];
for (const [name, create, text, found, rows] of cases)
  void test(`a splitter finds ${name}`, () => {
    const bytes = Buffer.from(text);
    for (const size of [1, 2, 3, 5, 8, bytes.length])
      assert.deepEqual(split(create, bytes, size), { found, rows }, `chunks of ${size} bytes`);
  });
