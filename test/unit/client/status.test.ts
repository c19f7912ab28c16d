import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PendingActivity } from '../../../client/runs/pending-activities.js';
import { statusText } from '../../../client/text/status.js';

function pending(count: number, started: boolean): PendingActivity[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${started ? 'on' : 'off'} ${index}`,
    type: 'convertPieces',
    attempt: 1,
    started,
    progress: { stage: 'convert', label: `piece ${index}`, done: 1, total: 2, unit: 'rows' },
    lastFailure: undefined,
  }));
}

const shown = { name: 'x', runStatus: 'RUNNING', state: undefined, uiLink: undefined } as const;

void test('status lists what is under way, and counts what waits for its turn', () => {
  assert.equal(
    statusText({ ...shown, pending: [...pending(2, true), ...pending(400, false)] }),
    ['headrace/x: running', '  under way: piece 0', '  under way: piece 1', '  scheduled: 400 tasks'].join(
      '\n',
    ),
  );
});

void test('of hundreds under way the first are listed, and the others counted', () => {
  const lines = statusText({ ...shown, pending: pending(300, true) }).split('\n');
  assert.equal(lines.length, 22);
  assert.equal(lines.at(-1), '  under way: 280 more');
});

void test('status says what is missing where nobody serves a role', () => {
  const unserved = 'Waiting for a worker: 3 tasks. No worker polls q-cpu (role cpu).';
  const text = statusText({ ...shown, pending: pending(3, false), unserved });
  assert.ok(text.endsWith(`\n  scheduled: 3 tasks\n  ${unserved}`), text);
});
