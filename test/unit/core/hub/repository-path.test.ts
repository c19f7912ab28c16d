import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clashingPath, isRepositoryId, isRepositoryPath } from '../../../../core/hub/repository-path.js';

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
