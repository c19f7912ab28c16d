import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parquetFile, list, struct, text } from '../../../dev/corpora/parquet.js';
import { zstdRaw } from '../mix-rule/source-files.js';
import { chatLine, chatLines, workbench } from '../../support/local-sources.js';

const { mixFiles, folder } = await workbench();

/** Made by `zstd -19` from the first six lines below. */
const zstdOfSix =
  'KLUv/WSMA+0DAAIGFBaATwckKspkyYTYlXScjIk/kGDJxlT3x2EYRUEQwwBcyuXqiVBPOEXqyTbZ3vnZBZcZbdQJl83Z4yRt4mZbfIEVP/kQ49PUVnKIjw37EbIVECBQUy10O2VMd6RsJjnTGxM7qczpjpRNTCLFnBqhqbj2c3UjgqneVkQGRbsEdg==';

const five = chatLines(0, 5);
const rows = five.trimEnd().split('\n');
const expected = [0, 1, 2, 3, 4].map(chatLine).sort();

const files: readonly (readonly [string, string, Buffer])[] = [
  ['plain lines', 'a.jsonl', Buffer.from(five)],
  ['no newline at the end', 'a.jsonl', Buffer.from(five.trimEnd())],
  ['a byte order mark', 'a.jsonl', Buffer.from(`\uFEFF${five}`)],
  ['carriage returns', 'a.jsonl', Buffer.from(five.replaceAll('\n', '\r\n'))],
  ['carriage returns and no newline at the end', 'a.jsonl', Buffer.from(`${rows.join('\r\n')}\r`)],
  ['blank lines', 'a.jsonl', Buffer.from(`\n \t\n${rows.join('\n\n')}\n\n`)],
  ['gzip', 'a.jsonl.gz', gzipSync(five)],
  [
    'gzip of two members',
    'a.jsonl.gz',
    Buffer.concat([gzipSync(five.slice(0, 150)), gzipSync(five.slice(150))]),
  ],
  ['gzip with a byte order mark', 'a.jsonl.gz', gzipSync(`\uFEFF${five}`)],
  ['zstd', 'a.jsonl.zst', zstdRaw(Buffer.from(five))],
  [
    'zstd of two frames',
    'a.jsonl.zst',
    Buffer.concat([zstdRaw(Buffer.from(five.slice(0, 99))), zstdRaw(Buffer.from(five.slice(99)))]),
  ],
  ['a JSON list', 'a.json', Buffer.from(`\uFEFF \n[${rows.join(',\n')}]\n`)],
  ['JSON lines that are called .json', 'a.json', Buffer.from(five)],
  ['a packed JSON list', 'a.json.gz', gzipSync(`[${rows.join(',')}]`)],
];
for (const [name, file, bytes] of files)
  void test(`the same conversations come out of ${name}, whatever the size of pieces`, async () => {
    for (const pieceBytes of [50, 1_000_000]) {
      const dir = await folder();
      const path = join(dir, file);
      await writeFile(path, bytes);
      const { lines, summaries } = await mixFiles([path], {}, { pieceBytes });
      assert.deepEqual([...lines].sort(), expected);
      assert.equal(summaries[0]?.rows, 5);
    }
  });

void test('what the zstd program packs is unpacked', async () => {
  const dir = await folder();
  await writeFile(join(dir, 'a.jsonl.zst'), Buffer.from(zstdOfSix, 'base64'));
  const { lines } = await mixFiles([join(dir, 'a.jsonl.zst')]);
  assert.equal(lines.length, 6);
  assert.match(lines.join(), /question 5 word word/);
});

for (const [name, bytes] of [
  ['a.jsonl.gz', gzipSync(five).subarray(0, 60)],
  ['a.jsonl.zst', zstdRaw(Buffer.from(five)).subarray(0, 60)],
  ['a.parquet', Buffer.from('PAR1 this is none')],
] as const)
  void test(`a damaged ${name} is an error that names it`, async () => {
    const dir = await folder();
    await writeFile(join(dir, name), bytes);
    await assert.rejects(mixFiles([join(dir, name)], { format: 'messages' }), {
      type: 'FormatError',
      message: new RegExp(name),
    });
  });

void test('rejects name file and line as an editor counts them, across pieces, packed files and blank lines', async () => {
  const dir = await folder();
  const broken = `\n${rows[0]}\n\nnope\n${rows[1]}\r\n{"messages":[]}`;
  await writeFile(join(dir, 'a.jsonl'), broken);
  await writeFile(join(dir, 'b.jsonl.gz'), gzipSync(`${broken}\n`));
  await writeFile(join(dir, 'c.json'), `[${rows[2]}, nope, 5]`);
  const paths = ['a.jsonl', 'b.jsonl.gz', 'c.json'].map((name) => join(dir, name));
  const { out } = await mixFiles(paths, { max_reject_fraction: 1 }, { pieceBytes: 40 });
  const found = (await readFile(join(out, 'rejects.jsonl'), 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    found.map((line): unknown => JSON.parse(line)),
    [
      { source: 's', file: 'a.jsonl', line: 4, reason: 'bad_json', text: 'nope' },
      { source: 's', file: 'a.jsonl', line: 6, reason: 'no_messages', text: '{"messages":[]}' },
      { source: 's', file: 'b.jsonl.gz', line: 4, reason: 'bad_json', text: 'nope' },
      { source: 's', file: 'b.jsonl.gz', line: 6, reason: 'no_messages', text: '{"messages":[]}' },
      { source: 's', file: 'c.json', row: 2, reason: 'bad_json', text: 'nope' },
      { source: 's', file: 'c.json', row: 3, reason: 'no_messages', text: '5' },
    ],
  );
});

void test('a JSON list that breaks off gives its whole rows and one that does not parse', async () => {
  const dir = await folder();
  await writeFile(join(dir, 'a.json'), `[${rows[0]}, ${rows[1]}, {"messages": [`);
  const { lines, summaries } = await mixFiles([join(dir, 'a.json')], { max_reject_fraction: 1 });
  assert.equal(lines.length, 2);
  assert.ok((summaries[0]?.rejectedBy.bad_json ?? 0) > 0);
});

const longMessages = [
  { role: 'user', content: 'é'.repeat(15_000_000) },
  { role: 'assistant', content: 'y' },
];
const longLines = `${rows[0]}\n${JSON.stringify({ messages: longMessages })}\n${rows[1]}`;
const longFiles: readonly (readonly [string, () => Uint8Array])[] = [
  ['a.jsonl', () => Buffer.from(longLines)],
  ['a.jsonl.gz', () => gzipSync(longLines)],
  ['a.jsonl.zst', () => zstdRaw(Buffer.from(longLines))],
  ['a.json', () => Buffer.from(`[${longLines.replaceAll('\n', ',')}]`)],
  [
    'a.parquet',
    () => {
      const values = longLines.split('\n').map((line) => JSON.parse(line) as object);
      return parquetFile(
        values,
        [list('messages', (name) => struct(name, text('role'), text('content')))],
        3,
      );
    },
  ],
];
for (const [name, bytesOf] of longFiles)
  void test(`a row of thirty megabytes in ${name} is one row`, async () => {
    const dir = await folder();
    await writeFile(join(dir, name), bytesOf());
    const { lines } = await mixFiles([join(dir, name)], {}, { pieceBytes: 1_000_000 });
    assert.deepEqual(
      [...lines].sort(),
      [chatLine(0), chatLine(1), JSON.stringify({ messages: longMessages })].sort(),
    );
  });

void test('a text of parquet that is not UTF-8 rejects its row, with row group and row', async () => {
  const dir = await folder();
  const columns = [list('messages', (name) => struct(name, text('role'), text('content')))];
  const values = ['one', 'two', 'thr'].map((content) => ({
    messages: [
      { role: 'user', content },
      { role: 'assistant', content: 'answer' },
    ],
  }));
  const bytes = Buffer.from(parquetFile(values, columns, 2));
  for (let at = bytes.indexOf('two'); at !== -1; at = bytes.indexOf('two', at)) bytes[at] = 0xff;
  await writeFile(join(dir, 'a.parquet'), bytes);
  const { lines, out } = await mixFiles([join(dir, 'a.parquet')], { max_reject_fraction: 1 });
  assert.equal(lines.length, 2);
  const reject: unknown = JSON.parse(await readFile(join(out, 'rejects.jsonl'), 'utf8'));
  assert.deepEqual(Object.entries(reject as object).slice(0, 5), [
    ['source', 's'],
    ['file', 'a.parquet'],
    ['row_group', 0],
    ['row', 2],
    ['reason', 'bad_utf8'],
  ]);
});
