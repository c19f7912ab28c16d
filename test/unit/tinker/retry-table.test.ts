import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultRetryLimits as limits,
  retryAfterMs,
  verdictOn,
  type CallClass,
  type Outcome,
  type RetryState,
} from '../../../tinker/http/retry-table.js';

const fresh: RetryState = { failures: 0, elapsedMs: 0, silentMs: 0, badRequests: 0, pausedMs: 0 };
const status = (code: number, more: object = {}): Outcome => ({
  is: 'status',
  status: code,
  emptyBody: false,
  ...more,
});
const silence: Outcome = { is: 'no-answer' };

/** `500` retry after 500 ms, `p5000` pause, `-` fail. */
function verdict(call: CallClass, outcome: Outcome, state: Partial<RetryState> = {}): string {
  const found = verdictOn(call, outcome, { ...fresh, ...state }, limits, 0);
  if (found.do === 'fail') return '-';
  return found.do === 'pause' ? `p${found.delayMs}` : String(found.delayMs);
}

const rows: [string, Outcome, Partial<RetryState>, Record<CallClass, string>][] = [
  ['no answer', silence, {}, { control: '500', submit: '500', save: '500', poll: '1000', once: '-' }],
  [
    'no answer, fifth time',
    silence,
    { failures: 4, elapsedMs: 9e3, silentMs: 9e3 },
    { control: '8000', submit: '8000', save: '8000', poll: '16000', once: '-' },
  ],
  [
    'no answer for five minutes',
    silence,
    { failures: 9, elapsedMs: 3e5, silentMs: 3e5 },
    { control: '-', submit: '-', save: '-', poll: '-', once: '-' },
  ],
  [
    'eleventh failure within budget',
    silence,
    { failures: 10, elapsedMs: 8e4, silentMs: 8e4 },
    { control: '-', submit: '10000', save: '10000', poll: '30000', once: '-' },
  ],
  ['400', status(400), {}, { control: '-', submit: '-', save: '-', poll: '500', once: '-' }],
  [
    '400 a fourth time',
    status(400),
    { badRequests: 3 },
    { control: '-', submit: '-', save: '-', poll: '-', once: '-' },
  ],
  [
    '400 without a body',
    status(400, { emptyBody: true }),
    {},
    { control: '500', submit: '500', save: '500', poll: '500', once: '-' },
  ],
  ['401', status(401), {}, { control: '-', submit: '-', save: '-', poll: '-', once: '-' }],
  ['402', status(402), {}, { control: '-', submit: 'p5000', save: 'p5000', poll: 'p5000', once: '-' }],
  [
    '402 for an hour',
    status(402),
    { pausedMs: 3.6e6 },
    { control: '-', submit: '-', save: '-', poll: '-', once: '-' },
  ],
  ['403', status(403), {}, { control: '-', submit: '-', save: '-', poll: '-', once: '-' }],
  ['404', status(404), {}, { control: '-', submit: '-', save: '-', poll: '-', once: '-' }],
  ['408', status(408), {}, { control: '500', submit: '500', save: '500', poll: '0', once: '-' }],
  ['409', status(409), {}, { control: '500', submit: '500', save: '-', poll: '-', once: '-' }],
  ['410', status(410), {}, { control: '-', submit: '-', save: '-', poll: '-', once: '-' }],
  ['422', status(422), {}, { control: '-', submit: '-', save: '-', poll: '-', once: '-' }],
  ['429', status(429), {}, { control: '500', submit: '500', save: '500', poll: '1000', once: '-' }],
  [
    '429 with retry-after 7 s',
    status(429, { retryAfterMs: 7000 }),
    {},
    { control: '7000', submit: '7000', save: '7000', poll: '1000', once: '-' },
  ],
  [
    '429 with retry-after over a minute',
    status(429, { retryAfterMs: 61_000 }),
    {},
    { control: '500', submit: '500', save: '500', poll: '1000', once: '-' },
  ],
  ['500', status(500), {}, { control: '500', submit: '500', save: '500', poll: '250', once: '-' }],
  [
    '503 with x-should-retry: false',
    status(503, { shouldRetry: false }),
    {},
    { control: '-', submit: '-', save: '-', poll: '250', once: '-' },
  ],
  [
    '404 with x-should-retry: true',
    status(404, { shouldRetry: true }),
    {},
    { control: '500', submit: '500', save: '500', poll: '-', once: '-' },
  ],
];

for (const [name, outcome, state, expected] of rows)
  void test(`after ${name}, each class of call follows the table`, () => {
    const found = Object.fromEntries(
      (Object.keys(expected) as CallClass[]).map((call) => [call, verdict(call, outcome, state)]),
    );
    assert.deepEqual(found, expected);
  });

void test('retry-after is read as milliseconds, seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(retryAfterMs(new Headers({ 'retry-after-ms': '1500' }), now), 1500);
  assert.equal(retryAfterMs(new Headers({ 'retry-after': '3' }), now), 3000);
  assert.equal(retryAfterMs(new Headers({ 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }), now), 9000);
  assert.equal(retryAfterMs(new Headers({ 'retry-after': 'soon' }), now), undefined);
  assert.equal(retryAfterMs(new Headers(), now), undefined);
});
