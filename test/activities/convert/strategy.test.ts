import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strategyFor } from '../../../activities/convert/plan/strategy.js';
import { layoutOf } from '../../../core/convert/layout.js';

const slices = [{ content: 'a', part: { kind: 'whole' } }];

void test('a piece of conversations has the key of its bytes, rules and seed', () => {
  const rules = { layout: layoutOf('messages') };
  const { pieceJob, pieceRef, partitionRefs } = strategyFor(rules, 1, 8);
  const ref = pieceRef(slices);
  assert.equal(pieceJob, 'convertPiece');
  assert.equal(ref.kind, 'piece');
  assert.deepEqual(partitionRefs([ref]), []);
  assert.deepEqual(strategyFor(rules, 1, 4).pieceRef(slices), ref);
  assert.notEqual(pieceRef([]).key, ref.key);
  assert.notEqual(strategyFor(rules, 2, 8).pieceRef(slices).key, ref.key);
  assert.notEqual(strategyFor({ ...rules, filter: { n: 1 } }, 1, 8).pieceRef(slices).key, ref.key);
});

void test('scattered rows are reused under another seed and filter of the same columns; partitions are not', () => {
  const rules = { layout: layoutOf('prosocial'), filter: { n: 1 } };
  const first = strategyFor(rules, 1, 4);
  const scatter = first.pieceRef(slices);
  assert.equal(first.pieceJob, 'scatterPiece');
  assert.equal(scatter.kind, 'scatter');
  const partitions = first.partitionRefs([scatter]);
  assert.deepEqual(
    partitions.map(({ kind }) => kind),
    ['piece', 'piece', 'piece', 'piece'],
  );
  assert.equal(new Set(partitions.map(({ key }) => key)).size, 4);
  for (const other of [strategyFor(rules, 2, 4), strategyFor({ ...rules, filter: { n: 2 } }, 1, 4)]) {
    assert.deepEqual(other.pieceRef(slices), scatter);
    assert.notDeepEqual(other.partitionRefs([scatter]), partitions);
  }
  assert.notEqual(strategyFor(rules, 1, 5).pieceRef(slices).key, scatter.key);
});
