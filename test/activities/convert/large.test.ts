import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { LineSplitter } from '../../../activities/convert/read/lines.js';
import { ListSplitter } from '../../../activities/convert/read/json-list.js';
import { checkRowGroups } from '../../../activities/convert/read/row-limits.js';
import { chatLine, chatLines, workbench } from '../../support/local-sources.js';

const { mixFiles, folder } = await workbench();

const block = Buffer.alloc(10_000_000, 'x');

for (const [what, splitter, start, row] of [
  ['a line', new LineSplitter('big.jsonl', () => {}), '{}\n"', 'line 2'],
  ['an element of a list', new ListSplitter('big.jsonl', () => {}), '[{},"', 'row 2'],
] as const)
  void test(`${what} beyond the limit is an error that names it, before it fills the memory`, () => {
    splitter.push(Buffer.from(start));
    const pushAll = (): void => {
      for (let blocks = 0; blocks < 51; blocks += 1) splitter.push(block);
    };
    assert.throws(pushAll, {
      type: 'FormatError',
      message: new RegExp(`^big\\.jsonl: ${row} is longer than 500 MB`),
    });
  });

void test('a file without line breaks is refused before its rows are read', async () => {
  const path = join(await folder(), 'a.jsonl');
  const file = await open(path, 'w');
  await file.write(`${chatLines(0, 1)}{"messages":`);
  // A file with a hole: it has the size, and hardly a byte on the disk.
  await file.truncate(700_000_000);
  await file.close();
  // Two pieces are converted at a time, and either may be the first to find it.
  await assert.rejects(mixFiles([path], { format: 'messages' }), {
    type: 'FormatError',
    message: /a\.jsonl: a line behind byte (33554432|67108864) is longer than 500 MB/,
  });
});

void test('a row group is refused by its size before it is read', () => {
  checkRowGroups('a.parquet', [1_000_000_000, 4_000_000_000]);
  assert.throws(() => checkRowGroups('a.parquet', [10, 5_000_000_000]), {
    type: 'FormatError',
    message: /^a\.parquet: row group 1 has 5\.00 GB in the columns that are read/,
  });
});

void test('a row of a hundred megabytes is one row', async () => {
  const path = join(await folder(), 'a.jsonl');
  const file = await open(path, 'w');
  await file.write(
    `${chatLines(0, 1)}{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"`,
  );
  for (let blocks = 0; blocks < 10; blocks += 1) await file.write(block);
  await file.write(`"}]}\n${chatLines(1, 2)}`);
  await file.close();
  const { lines } = await mixFiles([path]);
  const [shortest, next, longest] = [...lines].sort((a, b) => a.length - b.length);
  assert.deepEqual([shortest, next], [chatLine(0), chatLine(1)]);
  const message = (role: string, content: string) => ({ role, content });
  const around = JSON.stringify({ messages: [message('user', 'q'), message('assistant', '')] });
  assert.equal(longest?.length, 100_000_000 + around.length);
});
