import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerOf } from '../../../../core/container/container-of.js';
import { kindNotes, type FileKind } from '../../../../core/container/file-kind.js';

function found(head: string | Uint8Array): string {
  const kind = containerOf(Buffer.from(head));
  if (kind.is === 'refused') return kind.refused.what;
  return kind.is === 'packed' ? kind.by : kind.is;
}

const texts: readonly (readonly [string, string])[] = [
  ['{"a":1}\n{"a":2}\n', 'lines'],
  ['\uFEFF\n \t{"a":1}', 'lines'],
  ['nope\n{"a":1}', 'lines'],
  ['', 'lines'],
  ['[{"a":1},{"a":2}]', 'list'],
  ['\uFEFF \r\n[{"a":1},{"a":2}]\n\n', 'list'],
  ['[\n  {"a":1}\n]', 'list'],
  ['[{"a":1},\n{"a":2}]', 'list'],
  ['[{"a": NaN},\n{"a":2}]', 'list'],
  ['[1, 2]\n{"a":1}', 'lines'],
  ['[{"a": NaN}]\n[{"a":1}]', 'lines'],
  [`[${'{"a":1},'.repeat(9000)}`, 'list'],
];
for (const [text, is] of texts)
  void test(`text that begins ${JSON.stringify(text.slice(0, 30))} is ${is}`, () => {
    assert.equal(found(text), is);
  });

const binary: readonly (readonly [string, string])[] = [
  ['\x1f\x8b\x08\x00', 'gzip'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['\x50\x2a\x4d\x18', 'zstd'],
  ['PAR1\x15\x04', 'parquet'],
  ['\xff\xfe{\x00"\x00', 'UTF-16 text'],
  ['\xfe\xff\x00{\x00"', 'UTF-16 text'],
  ['{\x00"\x00', 'UTF-16 text'],
  ['\x00[\x00{', 'UTF-16 text'],
  ['\xff\xfe\x00\x00{\x00\x00\x00', 'UTF-32 text'],
  ['version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n', 'a Git LFS pointer, not the data'],
  ['# xet version 0\n', 'a Xet pointer, not the data'],
  ['/annex/objects/SHA256E-s1--0.jsonl\n', 'a git-annex pointer, not the data'],
  ['<!doctype html>\n<html>', 'an HTML page, not the data'],
  ['\n  <HTML lang="en">', 'an HTML page, not the data'],
  ['<?xml version="1.0"?><Error><Code>AccessDenied</Code>', 'an XML document, not the data'],
  ['\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X', 'what macOS keeps beside a file (AppleDouble), not the data'],
  ['\x00'.repeat(4096), 'zero bytes, as a download or a copy leaves that broke off'],
  ['BZh91AY&SY', 'packed with bzip2'],
  ['\xfd7zXZ\x00', 'packed with xz'],
  ['PK\x03\x04', 'a zip archive'],
  [`${'a'.repeat(257)}ustar\x00`, 'a tar archive'],
  ['ARROW1\x00\x00', 'an Arrow file'],
  ['\xff\xff\xff\xff\x80\x01', 'an Arrow stream, as `save_to_disk` writes it'],
  ['{\n  "data": [', 'one JSON object on several lines'],
];
for (const [head, is] of binary)
  void test(`a file that begins ${JSON.stringify(head.slice(0, 24))} is ${is}`, () => {
    assert.equal(found(Buffer.from(head, 'latin1')), is);
  });

void test('every refusal has what to do', () => {
  for (const [head] of binary) {
    const kind = containerOf(Buffer.from(head, 'latin1'));
    if (kind.is === 'refused') assert.match(kind.refused.remedy, /^[A-Z].*\.$/s);
  }
});

const lines = { container: 'lines', compression: 'none' } as const;
const list = { container: 'list', compression: 'none' } as const;
const packed = { container: 'lines', compression: 'gzip' } as const;

void test('a file is noted where it is not what its name says', () => {
  const note = (name: string, kind: FileKind): readonly string[] => kindNotes([{ name, kind }]);
  for (const [name, kind] of [
    ['a.jsonl', lines],
    ['a.ndjson', lines],
    ['a.json', lines],
    ['a.JSON', list],
    ['a.b.jsonl.gz', packed],
    ['a.json.gz', packed],
  ] as const)
    assert.deepEqual(note(name, kind), [], name);
  assert.deepEqual(note('a.jsonl', packed), [
    'a.jsonl is not what its name says: it is read as JSON Lines packed with gzip',
  ]);
  assert.deepEqual(note('a.jsonl', list), ['a.jsonl is not what its name says: it is read as a JSON list']);
  assert.deepEqual(note('a.jsonl.gz', lines).length, 1);
  assert.deepEqual(note('a', lines).length, 1);
});

void test('of many files that are not what their names say, a few are named', () => {
  const files = Array.from({ length: 1200 }, (_, at) => ({ name: `${at}.jsonl`, kind: list }));
  assert.deepEqual(kindNotes(files), [
    '1,200 files are not what their names say: 0.jsonl as a JSON list, 1.jsonl as a JSON list, 2.jsonl as a JSON list are read, and 1197 more',
  ]);
});
