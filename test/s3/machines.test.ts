import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Operation } from '../../dev/s3/operations.js';
import type { S3Fault } from '../../dev/s3/faults.js';
import { expectEqualOn, requestsOf, startMachines } from '../support/equal-machines.js';
import { bucketEnvironment } from '../support/machines.js';
import { s3Server } from '../support/s3.js';
import { useServers } from '../support/servers.js';
import { runOnDisk, runToItsEnd } from '../support/whole-run.js';
import type { Left } from '../support/whole-run.js';

/** A run on machines that share nothing but Temporal, a bucket, a Hub and a Tinker server. */

const servers = useServers();

let first: Promise<Left> | undefined;
/** What a run on a store in a folder leaves; it runs once, in the first test that needs it. */
const onDisk = (): Promise<Left> => (first ??= runOnDisk(servers()));

/** Requests of the run on two machines without faults; where that test was left out, what it has. */
let undisturbedRequests: number | undefined;
const usualRequests = 455;

for (const count of [1, 2, 4])
  void test(`${count} ${count === 1 ? 'machine leaves' : 'machines leave'} what one disk leaves`, async (t) => {
    const requests = await expectEqualOn(t, servers(), count, await onDisk());
    if (count === 2) undisturbedRequests = requests;
  });

const writes: readonly Operation[] = ['PutObject', 'UploadPart', 'CompleteMultipartUpload'];

/** What the service does wrong at a time, and how a worker names it in its log. */
const faults: Readonly<Record<string, { readonly fault: S3Fault; readonly named: RegExp | undefined }>> = {
  'one request of twenty is refused': {
    fault: { kind: 'error', status: 503, code: 'SlowDown', every: 20 },
    named: /503 SlowDown/,
  },
  'one body of fifty is cut': {
    fault: { kind: 'drop-after', bytes: 100, operation: 'GetObject', every: 50 },
    named: /ECONNRESET|BrokenAnswer|ERR_STREAM_PREMATURE_CLOSE|aborted/,
  },
  'two bodies go silent': {
    fault: { kind: 'stall', bytes: 100, operation: 'GetObject', path: /artifacts\/(piece|mix)/, times: 2 },
    named: /Timeout|ETIMEDOUT|no byte|silent/i,
  },
  'one answer of thirty to a finished write is lost': {
    fault: { kind: 'lose-answer', operation: writes, every: 30 },
    named: /ECONNRESET|BrokenAnswer|ERR_STREAM_PREMATURE_CLOSE|socket hang up/,
  },
  'three writes meet other writes': {
    fault: {
      kind: 'error',
      status: 409,
      code: 'ConditionalRequestConflict',
      path: /(piece|mix-part)\/.*manifest\.json$/,
      operation: 'PutObject',
      times: 3,
    },
    named: /409 ConditionalRequestConflict/,
  },
  'conditions are ignored': { fault: { kind: 'ignore-condition' }, named: undefined },
};

void test('a service that fails, cuts, goes silent, loses answers and ignores conditions changes no byte', async (t) => {
  const before = await onDisk();
  const s3 = await s3Server(t);
  const { machines } = await startMachines(t, servers(), s3, { name: 'faults', count: 2 });
  s3.proxy.resetCounts();
  const fired = Object.entries(faults).map(([name, { fault }]) => ({ name, count: s3.proxy.fault(fault) }));
  const left = await runToItsEnd(
    'faults',
    join(servers().folder, 'faults'),
    bucketEnvironment(servers(), s3),
  );
  assert.deepEqual(left, before);
  const lines = (await Promise.all(machines.map(({ logPath }) => readFile(logPath, 'utf8'))))
    .join('')
    .split('\n');
  for (const { name, count } of fired) {
    t.diagnostic(`${name}: ${count()} times`);
    assert.ok(count() > 0, `${name}: it was met`);
    const named = faults[name]?.named;
    if (named === undefined) continue;
    const about = lines.filter((line) => line.includes('trying again') && named.test(line));
    assert.ok(
      about.length > 0,
      `${name} is in a log:\n${lines.filter((line) => line.includes('again')).join('\n')}`,
    );
  }
  // Each kind of failure once in the log of each machine.
  const shown = lines.filter((line) => line.includes('(shown once)'));
  assert.ok(shown.length <= machines.length * 8, shown.join('\n'));
  t.diagnostic(`${requestsOf(s3)} requests, ${undisturbedRequests} without faults`);
  assert.ok(
    requestsOf(s3) <= 1.5 * (undisturbedRequests ?? usualRequests),
    'failed requests are repeated a bounded number of times',
  );
});
