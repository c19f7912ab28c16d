import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLabel, checkpointLabel } from '../../../core/labels.js';
import { HeadraceError } from '../../../core/errors.js';

void test('names that every known Tinker server takes are taken', () => {
  for (const label of ['000020', 'final', 'step-100', 'A_b-9', 'x'.repeat(255)])
    assert.equal(checkLabel(label), label);
});

void test('anything else is refused before it is sent, saying why and what is allowed', () => {
  const reasons: [string, RegExp][] = [
    ['/tmp/lora', /looks like a path/],
    ['a/b', /looks like a path/],
    ['C:\\x', /looks like a path/],
    ['', /is empty/],
    ['x'.repeat(256), /256 characters/],
    ['step.10', /not allowed/],
    ['a b', /not allowed/],
    ['ünï', /not allowed/],
  ];
  for (const [label, reason] of reasons)
    assert.throws(
      () => checkLabel(label),
      (error: unknown) =>
        error instanceof HeadraceError &&
        error.type === 'LabelError' &&
        reason.test(error.message) &&
        /A-Z a-z 0-9 _ -/.test(error.message),
      label,
    );
});

void test('checkpoint labels have six digits, and the last one is called final', () => {
  assert.equal(checkpointLabel('demo', 50, false), 'demo-000050');
  assert.equal(checkpointLabel('demo', 1_234_567, false), 'demo-1234567');
  assert.equal(checkpointLabel('demo', 60, true), 'demo-final');
});
