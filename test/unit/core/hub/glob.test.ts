import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globToRegExp } from '../../../../core/hub/glob.js';

const cases: readonly [glob: string, path: string, matches: boolean][] = [
  ['data/train-*', 'data/train-00000-of-00006.parquet', true],
  ['data/train-*', 'data/sub/train-0.parquet', false],
  ['data/*', 'data/a/b.json', false],
  ['**/*.jsonl', 'a.jsonl', true],
  ['**/*.jsonl', 'x/y/a.jsonl', true],
  ['data/**', 'data/x/y.json', true],
  ['./train.json', 'train.json', true],
  ['train.json', 'trainXjson', false],
  ['part-?.json', 'part-1.json', true],
  ['part-[0-2].json', 'part-1.json', true],
  ['part-[!0-2].json', 'part-1.json', false],
  ['{train,valid}.json', 'valid.json', true],
  ['{train,valid}.json', 'test.json', false],
  ['a+(b).json', 'a+(b).json', true],
  ['a{b.json', 'a{b.json', true],
];

for (const [glob, path, matches] of cases)
  void test(`the glob ${glob} ${matches ? 'matches' : 'does not match'} ${path}`, () => {
    assert.equal(globToRegExp(glob).test(path), matches);
  });
