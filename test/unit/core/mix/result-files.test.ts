import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultFiles } from '../../../../core/mix/result-files.js';

void test('the shards of train.jsonl have all partitions, each one once, and follow each other', () => {
  for (const [partitions, shards] of [
    [1, 1],
    [8, 3],
    [128, 100],
    [1024, 1024],
  ] as const) {
    const files = resultFiles('train', partitions, shards);
    assert.equal(files.length, shards);
    assert.equal(files[0]?.from, 0);
    assert.equal(files.at(-1)?.to, partitions);
    assert.ok(files.every(({ from, to }) => from < to));
    assert.ok(files.every(({ from }, at) => at === 0 || files[at - 1]?.to === from));
    const names = files.map(({ name }) => name);
    assert.deepEqual(names, [...names].sort());
  }
  assert.equal(resultFiles('train', 128, 128)[5]?.name, 'train-00005-of-00128.jsonl');
});

void test('heldout.jsonl is one file', () => {
  assert.deepEqual(resultFiles('heldout', 8, 4), [{ name: 'heldout.jsonl', from: 0, to: 8 }]);
});
