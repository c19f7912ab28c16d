import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayArtifactGo, mayFileGo } from '../../../core/cache-retention.js';

const now = new Date('2026-06-30T00:00:00Z');
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);

void test('artifacts go when they were not used for the days to keep; records of training never do', () => {
  assert.equal(mayArtifactGo({ kind: 'piece', usedAt: daysAgo(31) }, 30, now), true);
  assert.equal(mayArtifactGo({ kind: 'piece', usedAt: daysAgo(29) }, 30, now), false);
  for (const kind of ['record', 'training', 'metrics', 'evaluation'] as const)
    assert.equal(mayArtifactGo({ kind, usedAt: daysAgo(1000) }, 30, now), false);
});

void test('a file stays while it or a run that names it is young enough; unfinished ones stay a week', () => {
  const file = { kind: 'file', usedAt: daysAgo(40), uses: [] } as const;
  assert.equal(mayFileGo(file, 30, now), true);
  assert.equal(mayFileGo({ ...file, usedAt: daysAgo(3) }, 30, now), false);
  assert.equal(mayFileGo({ ...file, uses: [{ at: daysAgo(10).toISOString() }] }, 30, now), false);
  assert.equal(mayFileGo({ ...file, uses: [{ at: daysAgo(35).toISOString() }] }, 30, now), true);
  assert.equal(mayFileGo({ ...file, kind: 'part', usedAt: daysAgo(8) }, 30, now), true);
  assert.equal(mayFileGo({ ...file, kind: 'part', usedAt: daysAgo(6) }, 30, now), false);
});
