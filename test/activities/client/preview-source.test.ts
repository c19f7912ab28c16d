import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { inspectSource } from '../../../activities/hub/resolve/inspect-source.js';
import { previewSource, type SourcePreview } from '../../../client/preview/preview-source.js';
import { HeadraceError } from '../../../core/errors.js';
import { someBytes, sourceOf, startFixture, type Fixture } from '../../support/hub.js';

async function preview(
  fixture: Fixture,
  fields: Readonly<Record<string, unknown>>,
  rows = 3,
): Promise<SourcePreview> {
  const source = sourceOf({ dataset: 'o/n', ...fields });
  const inspection = await inspectSource(fixture.access(), { source, out: fixture.out }, fixture.work);
  fixture.hub.resetStats();
  return previewSource(fixture.store, source, inspection, rows);
}

const talk = (row: number, filler = ''): string =>
  `${JSON.stringify({
    messages: [
      { role: 'user', content: `q${row}${filler}` },
      { role: 'assistant', content: 'a' },
    ],
  })}\n`;

void test('of JSON lines the first megabyte is enough, and a line that it cuts is left out', async (t) => {
  const text = Array.from({ length: 9000 }, (_, row) => talk(row, 'x'.repeat(300))).join('');
  const fixture = await startFixture(t, { 'datasets/o/n/train.jsonl': text });
  const found = await preview(fixture, {});
  assert.equal(found.format, 'messages');
  assert.deepEqual(found.counts, { converted: 64 });
  assert.deepEqual(found.columns, ['messages']);
  assert.equal(found.rows.length, 3);
  assert.equal(found.rows[2]?.after?.messages[0]?.content.slice(0, 3), 'q2x');
  assert.equal(fixture.hub.stats().bytes, 1_000_000);
  assert.deepEqual(await readdir(join(fixture.store.place, 'tmp')), []);
});

void test('rows longer than the first megabyte are fetched further', async (t) => {
  const text = Array.from({ length: 6 }, (_, row) => talk(row, 'x'.repeat(900_000))).join('');
  const fixture = await startFixture(t, { 'datasets/o/n/train.jsonl': text });
  const found = await preview(fixture, {});
  assert.equal(found.rows.length, 3);
});

void test('of parquet only the footer and the columns of one row group come', async (t) => {
  const rows = 4000;
  const column = (of: (row: number) => unknown): unknown[] =>
    Array.from({ length: rows }, (_, row) => of(row));
  const noise = someBytes(rows * 400);
  const parquet = parquetWriteBuffer({
    rowGroupSize: 1000,
    codec: 'UNCOMPRESSED',
    columnData: [
      { name: 'instruction', data: column((row) => `ask ${row}`), type: 'STRING' },
      { name: 'output', data: column((row) => (row === 1 ? ' ' : `answer ${row}`)), type: 'STRING' },
      { name: 'language', data: column((row) => (row % 2 === 0 ? 'en' : 'de')), type: 'STRING' },
      {
        name: 'scores',
        data: column((row) => noise.subarray(row * 400, row * 400 + 400).toString('hex')),
        type: 'STRING',
      },
    ],
  });
  const fixture = await startFixture(t, {
    'datasets/o/n/data/train-00000-of-00001.parquet': new Uint8Array(parquet),
  });
  const found = await preview(fixture, { filter: { language: ['en', 'de'] } });
  assert.equal(found.format, 'alpaca');
  assert.deepEqual(found.columns, ['instruction', 'output', 'language', 'scores']);
  assert.deepEqual(found.counts, { converted: 63, blank_content: 1 });
  assert.deepEqual(found.rows[0]?.before, { instruction: 'ask 0', output: 'answer 0', language: 'en' });
  assert.equal(found.rows[1]?.outcome, 'blank_content');
  assert.ok(fixture.hub.stats().bytes < parquet.byteLength / 4, 'the scores did not come');
  const filtered = await preview(fixture, { filter: { language: 'en' } }, 40);
  assert.deepEqual(filtered.counts, { converted: 32, filtered: 32 });
  assert.equal(filtered.rows.at(-1)?.outcome, 'filtered');
});

void test('packed text is read from its head', async (t) => {
  const text = Array.from({ length: 30_000 }, (_, row) => talk(row, someBytes(60, row).toString('hex'))).join(
    '',
  );
  const fixture = await startFixture(t, { 'datasets/o/n/train.jsonl.gz': gzipSync(text) });
  const found = await preview(fixture, {});
  assert.deepEqual(found.counts, { converted: 64 });
  assert.ok(fixture.hub.stats().bytes <= 1_000_000);
});

void test('packed text that is damaged is an error that names the file', async (t) => {
  const packed = gzipSync(talk(1));
  const fixture = await startFixture(t, {
    'datasets/o/n/cut.jsonl.gz': packed.subarray(0, packed.length - 12),
  });
  await assert.rejects(preview(fixture, { data_files: 'cut.jsonl.gz' }), {
    type: 'FormatError',
    message: /^cut\.jsonl\.gz cannot be unpacked: /,
  });
});

void test('a file is previewed as what it is, and it is noted that its name says something else', async (t) => {
  const fixture = await startFixture(t, {
    'datasets/o/n/plain.jsonl.gz': talk(1),
    'datasets/o/n/packed.jsonl': gzipSync(talk(1)),
    'datasets/o/n/list.jsonl': `[${talk(1)}]`,
  });
  for (const [name, kind] of [
    ['plain.jsonl.gz', 'JSON Lines'],
    ['packed.jsonl', 'JSON Lines packed with gzip'],
    ['list.jsonl', 'a JSON list'],
  ] as const) {
    const found = await preview(fixture, { data_files: name });
    assert.deepEqual(found.counts, { converted: 1 });
    assert.deepEqual(found.notes, [`${name} is not what its name says: it is read as ${kind}`]);
  }
});

void test('a file of the Hub that is no data is refused before anything is downloaded', async (t) => {
  const fixture = await startFixture(t, {
    'datasets/o/n/train.jsonl': `version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n`,
  });
  await assert.rejects(preview(fixture, {}), {
    type: 'FileKindError',
    message: /^train\.jsonl is a Git LFS pointer, not the data/,
  });
});

void test('columns that the recipe names and no row has are a problem beside the rows', async (t) => {
  const fixture = await startFixture(t, { 'datasets/o/n/train.jsonl': talk(1) });
  const filtered = await preview(fixture, { filter: { lang: 'en' } });
  assert.equal(
    filtered.columnProblem,
    'the filter names `lang`, so no row would pass; the columns are messages',
  );
  const named = await preview(fixture, { format: 'prompt-response', fields: { prompt: 'ask' } });
  assert.equal(
    named.columnProblem,
    'the format prompt-response needs `ask`, `response`; the columns are messages',
  );
  assert.equal((await preview(fixture, {})).columnProblem, undefined);
});

void test('rows of one dialogue are shown together', async (t) => {
  const turn = (dialogue: number, response: number): string =>
    `${JSON.stringify({ context: `c${response}`, response: `r${response}`, dialogue_id: dialogue, response_id: response, episode_done: response === 1 })}\n`;
  const fixture = await startFixture(t, {
    'datasets/o/n/train.json': turn(7, 1) + turn(7, 0) + turn(8, 0),
  });
  const found = await preview(fixture, {});
  assert.equal(found.format, 'prosocial');
  assert.equal(found.rows.length, 2);
  assert.deepEqual(
    found.rows[0]?.after?.messages.map(({ content }) => content),
    ['c0', 'r0', 'c1', 'r1'],
  );
});

void test('the error for a source without a matching format lists the keys of its rows', async (t) => {
  const fixture = await startFixture(t, { 'datasets/o/n/train.jsonl': '{"a":1}\n{"a":2}\n' });
  await assert.rejects(
    preview(fixture, {}),
    (error) =>
      error instanceof HeadraceError && error.type === 'FormatError' && /Keys seen: `a`/.test(error.message),
  );
});
