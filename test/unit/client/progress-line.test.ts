import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine, Rates } from '../../../client/text/progress-line.js';
import type { WorkUnderWay } from '../../../client/text/progress-line.js';

const work = (done: number, more: Partial<WorkUnderWay> = {}): WorkUnderWay => ({
  id: 'a',
  type: 'downloadFiles',
  attempt: 1,
  progress: { stage: 'download', label: 'lmsys', done, total: 3_000_000, unit: 'bytes' },
  lastFailure: undefined,
  ...more,
});

void test('a line of progress has the amount, and after a second the speed and the time left', () => {
  let nowMs = 0;
  const rates = new Rates(() => nowMs);
  rates.record(work(1_000_000));
  assert.equal(progressLine(work(1_000_000), rates), 'download lmsys: 1.00 MB of 3.00 MB');
  nowMs = 2_000;
  assert.equal(
    progressLine(work(2_000_000), rates),
    'download lmsys: 2.00 MB of 3.00 MB, 500 kB/s, 2 s left',
  );
  nowMs = 3_000_000;
  assert.equal(
    progressLine(work(3_000_000), rates),
    'download lmsys: 3.00 MB of 3.00 MB, 667 B/s',
    'bytes are counted whole',
  );
});

void test('a retry shows its attempt and the last failure, also before there is progress', () => {
  const retried = work(0, { attempt: 3, lastFailure: 'reset', progress: undefined });
  assert.equal(progressLine(retried, new Rates()), 'downloadFiles [attempt 3; last: reset]');
  assert.equal(progressLine(work(0, { progress: undefined }), new Rates()), undefined);
});
