import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clashingPath,
  isRepositoryId,
  isRepositoryPath,
  unheldPath,
} from '../../../../core/hub/repository-path.js';

void test('paths that leave the repository are refused', () => {
  for (const path of ['../x', 'a/../../x', '/etc/passwd', 'a//b', '.', 'a/./b', 'a\\..\\b', 'a\u0000b', ''])
    assert.equal(isRepositoryPath(path), false, JSON.stringify(path));
  for (const path of ['a', 'data/train-0.parquet', 'a/..b/c', 'é/ü.json'])
    assert.equal(isRepositoryPath(path), true);
});

void test('a name is refused only where its file is chosen, and only by a system that cannot hold it', () => {
  for (const path of ['con/x.txt', 'scripts/aux.py', 'data/CON.jsonl', 'lpt9.txt', 'Icon\r', 'x'.repeat(300)])
    assert.equal(isRepositoryPath(path), true, path);
  for (const path of ['con/x.txt', 'nul', 'data/CON.jsonl', 'com1', 'Aux/x']) {
    assert.equal(unheldPath(path, 'linux'), undefined, path);
    assert.match(unheldPath(path, 'win32') ?? '', /name of a device/, path);
  }
  for (const path of ['x'.repeat(256), 'é'.repeat(128), 'data/Icon\r', `a/${'b/'.repeat(3000)}c`])
    assert.notEqual(unheldPath(path, 'linux'), undefined, path);
  for (const path of ['null.json', 'console/x', 'com10', 'x'.repeat(255), 'ab:c.json'])
    assert.equal(unheldPath(path, 'win32'), undefined, path);
  for (const path of ['C:evil', 'c:/x']) assert.equal(isRepositoryPath(path), false, path);
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
