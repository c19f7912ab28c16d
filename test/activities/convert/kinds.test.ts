import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { list, parquetFile, struct, text } from '../../../dev/corpora/parquet.js';
import { chatLine, chatLines, workbench } from '../../support/local-sources.js';
import { zstdRaw } from '../mix-rule/source-files.js';

const { mixFiles, folder } = await workbench();

const five = chatLines(0, 5);
const rows = five.trimEnd().split('\n');
const expected = [0, 1, 2, 3, 4].map(chatLine).sort();
const listed = `[${rows.join(', ')}]`;
const columns = [list('messages', (name) => struct(name, text('role'), text('content')))];
const parquet = Buffer.from(
  parquetFile(
    rows.map((row) => JSON.parse(row) as object),
    columns,
    2,
  ),
);

async function file(name: string, bytes: string | Uint8Array): Promise<string> {
  const path = join(await folder(), name);
  await writeFile(path, bytes);
  return path;
}

const contents: readonly (readonly [string, string | Uint8Array])[] = [
  ['JSON Lines', five],
  ['a JSON list on one line', `${listed}\n`],
  ['a JSON list on many lines', `\uFEFF[\n${rows.join(',\n')}\n]\n`],
  ['parquet', parquet],
  ['packed lines', gzipSync(five)],
  ['lines packed with zstd', zstdRaw(Buffer.from(five))],
  ['a packed list', gzipSync(listed)],
  ['packed parquet', gzipSync(parquet)],
];
const names = ['a.jsonl', 'a.json', 'a.parquet', 'a.jsonl.gz', 'a.json.zst', 'a.txt', 'a'];
for (const [what, bytes] of contents)
  void test(`${what} gives the same conversations under every name`, async () => {
    for (const name of names) {
      const { lines } = await mixFiles([await file(name, bytes)], {}, { pieceBytes: 100 });
      assert.deepEqual([...lines].sort(), expected, name);
    }
  });

void test('files of other kinds that one source has are read as what they are', async () => {
  const dir = await folder();
  const paths = contents.map((_, index) => join(dir, `${index}.jsonl`));
  for (const [index, path] of paths.entries()) await writeFile(path, contents[index]?.[1] ?? '');
  const { lines, summaries } = await mixFiles(paths);
  assert.deepEqual([...lines].sort(), expected);
  assert.equal(summaries[0]?.rows, 5 * contents.length);
});

const utf16 = Buffer.from(`\uFEFF${five}`, 'utf16le');
const refused: readonly (readonly [string, string | Uint8Array, RegExp, RegExp])[] = [
  ['UTF-16', utf16, /UTF-16 text/, /iconv -f UTF-16 -t UTF-8/],
  ['UTF-16 without a mark', utf16.subarray(2), /UTF-16 text/, /iconv -f UTF-16LE/],
  ['packed UTF-16', gzipSync(utf16), /UTF-16 text packed with gzip/, /iconv/],
  [
    'a Git LFS pointer',
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`,
    /Git LFS pointer, not the data/,
    /git lfs pull/,
  ],
  ['a sign-in page', '<!doctype html>\n<html><head><title>Sign in</title></head>', /HTML page/, /token/],
  ['gzip in gzip', gzipSync(gzipSync(five)), /packed twice: gzip in gzip/, /Unpack it once/],
  ['an object on several lines', JSON.stringify({ data: [1] }, null, 2), /one JSON object/, /jq -c/],
  ['a table of commas', 'id,prompt\n1,hello\n', /nothing that is known: it begins "id,prompt/, /JSON Lines/],
];
for (const [what, bytes, message, remedy] of refused)
  void test(`${what} is an error with its own words and what to do, also where the format is named`, async () => {
    const name = what === 'a table of commas' ? 'train.csv' : 'train.jsonl';
    const path = await file(name, bytes);
    for (const more of [{}, { format: 'messages' } as const])
      await assert.rejects(mixFiles([path], more), (error) => {
        assert.ok(error instanceof Error && 'type' in error && 'remedy' in error);
        assert.equal(error.type, 'FileKindError');
        assert.match(error.message, message);
        assert.ok(error.message.startsWith(path), 'the file is named');
        assert.match(String(error.remedy), remedy);
        return true;
      });
  });

const chat = (number: number, more: string): string => `${rows[number % 5]?.slice(0, -1)}${more}}\n`;

void test('a number that is not finite is null: it loses no row, and is counted', async () => {
  const scores = ['NaN', '1.5', '-Infinity'];
  const lines = Array.from(
    { length: 400 },
    (_, row) =>
      `${chatLines(row, row + 1)
        .trimEnd()
        .slice(0, -1)}, "score": ${scores[row % 3]}}\n`,
  );
  const path = await file('a.jsonl', lines.join(''));
  for (const pieceBytes of [2000, 1_000_000]) {
    const { summaries } = await mixFiles([path], { max_reject_fraction: 0 }, { pieceBytes });
    assert.equal(summaries[0]?.converted, 400);
    assert.equal(summaries[0]?.nonFinite, 267);
  }
  const filtered = await mixFiles([path], { filter: { score: { min: 0 } } });
  assert.equal(filtered.lines.length, 133, 'null passes no filter');
  assert.equal(filtered.summaries[0]?.nonFinite, 267, 'filtered rows are rows');
});

void test('a list of rows with such numbers is read as well', async () => {
  const whole = `[${[0, 1, 2].map((row) => chat(row, ',"p":NaN').trim()).join(',')}]`;
  const { lines, summaries } = await mixFiles([await file('a.json', whole)]);
  assert.equal(lines.length, 3);
  assert.equal(summaries[0]?.nonFinite, 3);
});

void test('as content such a number is no text, and the reject shows the row as it stands', async () => {
  const bad = '{"messages":[{"role":"user","content":NaN},{"role":"assistant","content":"x"}]}';
  const { lines, summaries, out } = await mixFiles([await file('a.jsonl', `${bad}\n${chatLines(0, 200)}`)]);
  assert.equal(lines.length, 200);
  assert.deepEqual(summaries[0]?.rejectedBy, { content_not_text: 1 });
  const reject = JSON.parse(await readFile(join(out, 'rejects.jsonl'), 'utf8')) as { text: string };
  assert.equal(reject.text, bad);
});

void test('in a text the three words are text', async () => {
  const messages = [
    { role: 'user', content: 'What is NaN, and Infinity?' },
    { role: 'assistant', content: '{"a": NaN}' },
  ];
  const { lines, summaries } = await mixFiles([await file('a.jsonl', JSON.stringify({ messages }))]);
  assert.deepEqual(lines, [JSON.stringify({ messages })]);
  assert.equal(summaries[0]?.nonFinite, undefined);
});

void test('rows of dialogues are read so, too', async () => {
  const turn = (id: number, response: string): string =>
    `{"dialogue_id":${id},"response_id":0,"context":"q","response":${response},"episode_done":true,"p":NaN}\n`;
  const path = await file('a.jsonl', turn(1, '"a"') + turn(2, '"b"') + turn(3, 'NaN'));
  const { summaries } = await mixFiles([path], { max_reject_fraction: 1 });
  assert.equal(summaries[0]?.converted, 2);
  assert.deepEqual(summaries[0]?.rejectedBy, { content_not_text: 1 });
  assert.equal(summaries[0]?.nonFinite, 3);
});

void test('byte order marks at the starts of lines are no content, wherever pieces begin', async () => {
  const lines = Array.from({ length: 200 }, (_, row) => chatLines(row, row + 1));
  const marked = lines.map((line, row) => (row % 50 === 0 ? `\uFEFF${line}` : line)).join('');
  const path = await file('a.jsonl', marked);
  for (const pieceBytes of [150, 1_000_000]) {
    const mixed = await mixFiles([path], { max_reject_fraction: 0 }, { pieceBytes });
    assert.equal(mixed.lines.length, 200);
  }
});

void test('a folder of a source may hold a file that is refused: the error names it', async () => {
  const dir = await folder();
  await mkdir(join(dir, 'd'));
  await writeFile(join(dir, 'd', 'a.jsonl'), five);
  await writeFile(join(dir, 'd', '._a.jsonl'), Buffer.from('0005160700020000', 'hex'));
  await assert.rejects(mixFiles([join(dir, 'd', 'a.jsonl'), join(dir, 'd', '._a.jsonl')]), {
    type: 'FileKindError',
    message: /\._a\.jsonl is what macOS keeps/,
  });
});
