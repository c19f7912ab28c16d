import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLines, checksSummary, failed, passed, warned } from '../../../client/doctor/checks.js';
import { HeadraceError } from '../../../core/errors.js';

void test('a check is a line with a mark, and what to do about it below', () => {
  assert.deepEqual(checkLines(passed('disk', '5 GB free')), ['✓ disk: 5 GB free']);
  const error = new HeadraceError('DiskFullError', 'full', { remedy: 'Free some.' });
  assert.deepEqual(checkLines(failed('disk', error)), ['✗ disk: DiskFullError: full', '    → Free some.']);
  assert.deepEqual(checkLines(warned('hub', 'no token')), ['! hub: no token']);
  assert.equal(failed('x', new Error('odd')).type, 'InternalError');
});

void test('the summary counts', () => {
  const bad = failed('a', new Error('b'));
  assert.equal(checksSummary([passed('a', 'b')]), '1 check passed');
  assert.equal(checksSummary([passed('a', 'b'), warned('c', 'd'), bad]), '1 of 3 checks failed, 1 warning');
});
