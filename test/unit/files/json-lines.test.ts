import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { blocksOf, DamagedLineError, jsonLines, lineOf, readJsonLines } from '../../../files/json-lines.js';
import { temporaryFolder } from '../../support/folder.js';

const dir = await temporaryFolder();

const Row = z.object({ text: z.string() });

async function fileOf(content: string): Promise<string> {
  const path = join(dir, 'a.jsonl');
  await writeFile(path, content);
  return path;
}

async function textsOf(content: string): Promise<(readonly [number, string])[]> {
  const found: (readonly [number, string])[] = [];
  for await (const { line, value } of readJsonLines(await fileOf(content), Row))
    found.push([line, value.text]);
  return found;
}

void test('what is written as JSON Lines is read back, whatever the texts hold', async () => {
  const texts = [
    'a\u2028b\u2029c\u0085d',
    'x\ny\r\nz',
    '',
    '😀'.repeat(70_000),
    'é'.repeat(65_535),
    '\ufeff',
  ];
  assert.deepEqual(
    await textsOf(jsonLines(texts.map((text) => ({ text })))),
    texts.map((text, index) => [index + 1, text]),
  );
});

void test('a last line without a newline and lines of white space are no reason to stop', async () => {
  assert.deepEqual(await textsOf('{"text":"a"}\n\n \t\r\n{"text":"b"}\r\n{"text":"c"}'), [
    [1, 'a'],
    [4, 'b'],
    [5, 'c'],
  ]);
  assert.deepEqual(await textsOf(''), []);
});

for (const [name, damaged] of [
  ['no JSON', '{"text":"b'],
  ['not what the schema takes', '{"text":5}'],
] as const)
  void test(`a line that is ${name} is an error with path and line, after the lines before it`, async () => {
    const path = await fileOf(`{"text":"a"}\n${damaged}\n{"text":"c"}\n`);
    const found: string[] = [];
    await assert.rejects(
      async () => {
        for await (const { value } of readJsonLines(path, Row)) found.push(value.text);
      },
      (error) => error instanceof DamagedLineError && error.line === 2 && error.message.startsWith(path),
    );
    assert.deepEqual(found, ['a']);
  });

void test('reading ends with the signal', async () => {
  const abort = new AbortController();
  const path = await fileOf(jsonLines(Array.from({ length: 20_000 }, () => ({ text: 'a' }))));
  let lines = 0;
  await assert.rejects(
    async () => {
      for await (const { line } of readJsonLines(path, Row, abort.signal)) {
        lines = line;
        abort.abort();
      }
    },
    { name: 'AbortError' },
  );
  assert.ok(lines > 0 && lines < 20_000);
});

void test('a line is found by its number, and keeps its line separators', async () => {
  const path = await fileOf('one\ntwo\u2028still two\nthree');
  assert.deepEqual(
    [
      await lineOf(blocksOf(path), 1),
      await lineOf(blocksOf(path), 2),
      await lineOf(blocksOf(path), 3),
      await lineOf(blocksOf(path), 4),
    ],
    ['one', 'two\u2028still two', 'three', undefined],
  );
});
