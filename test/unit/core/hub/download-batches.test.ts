import assert from 'node:assert/strict';
import { test } from 'node:test';
import { downloadBatches } from '../../../../core/hub/download-batches.js';
import { clashingPath, isRepositoryId, isRepositoryPath } from '../../../../core/hub/repository-path.js';

void test('few files are one batch each, with a label a person can read', () => {
  const batches = downloadBatches('lmsys/lmsys-chat-1m', [
    { path: 'data/train-00002-of-00006.parquet', sizeBytes: 249_123_456 },
  ]);
  assert.deepEqual(batches, [
    { from: 0, to: 1, bytes: 249_123_456, label: 'lmsys-chat-1m train-00002-of-00006 (249 MB)' },
  ]);
});

void test('many files share at most 64 batches that cover each file once, in about equal bytes', () => {
  for (const count of [65, 100, 1000, 4097]) {
    const files = Array.from({ length: count }, (_, index) => ({
      path: `f${index}.jsonl`,
      sizeBytes: 1 + (index % 7),
    }));
    const batches = downloadBatches('a/b', files);
    assert.ok(batches.length <= 64);
    assert.equal(batches[0]?.from, 0);
    assert.equal(batches.at(-1)?.to, count);
    for (const [index, batch] of batches.entries()) {
      assert.ok(batch.to > batch.from);
      if (index > 0) assert.equal(batch.from, batches[index - 1]?.to);
    }
    const fair = batches.reduce((sum, batch) => sum + batch.bytes, 0) / batches.length;
    assert.ok(Math.max(...batches.map((batch) => batch.bytes)) <= fair + 7 * 2);
  }
});

void test('one huge file among many small ones leaves no batch empty', () => {
  const files = Array.from({ length: 90 }, (_, index) => ({
    path: `f${index}`,
    sizeBytes: index === 0 ? 1e9 : 1,
  }));
  const batches = downloadBatches('a/b', files);
  assert.equal(
    batches.reduce((sum, batch) => sum + batch.to - batch.from, 0),
    90,
  );
  assert.ok(batches.every((batch) => batch.to > batch.from) && batches.length <= 64);
});

void test('paths that leave the repository are refused', () => {
  for (const path of ['../x', 'a/../../x', '/etc/passwd', 'a//b', '.', 'a/./b', 'a\\..\\b', 'a\u0000b', ''])
    assert.equal(isRepositoryPath(path), false, JSON.stringify(path));
  for (const path of ['a', 'data/train-0.parquet', 'a/..b/c', 'é/ü.json'])
    assert.equal(isRepositoryPath(path), true);
});

void test('names that no file can have on some system are refused', () => {
  const names = [
    'nul',
    'data/CON.jsonl',
    'com1',
    'lpt9.txt',
    'Aux/x',
    'C:evil',
    'c:/x',
    'x'.repeat(256),
    'é'.repeat(128),
  ];
  for (const path of names) assert.equal(isRepositoryPath(path), false, path);
  for (const path of ['null.json', 'console/x', 'com10', 'x'.repeat(255), 'ab:c.json'])
    assert.equal(isRepositoryPath(path), true, path);
});

void test('a path listed twice, or used as a folder by another, clashes', () => {
  assert.equal(clashingPath(['a/b', 'a/c', 'ab']), undefined);
  assert.equal(clashingPath(['a/b', 'c', 'a/b']), 'a/b');
  assert.equal(clashingPath(['a/b/c', 'x', 'a/b']), 'a/b');
});

void test('ids that are none are refused', () => {
  for (const id of ['a/b/c', '../a', 'a b/c', 'https://huggingface.co/a/b', '', 'a/', '/b', 'a/..'])
    assert.equal(isRepositoryId(id), false, id);
  for (const id of ['squad', 'allenai/prosocial-dialog', 'Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered'])
    assert.equal(isRepositoryId(id), true, id);
});
