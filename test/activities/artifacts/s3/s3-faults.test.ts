import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { S3Fault } from '../../../../dev/s3/faults.js';
import { HeadraceError } from '../../../../core/errors.js';
import { s3Server } from '../../../support/s3.js';
import { bytesOf, newRef, openTestStore, putFiles } from '../../../support/s3-store.js';

const large = bytesOf('large', 20_000_000);

/** Faults that pass: the work goes on, and the bytes are right. */
const passing: Readonly<Record<string, S3Fault>> = {
  'one request of three is answered 503 SlowDown': { kind: 'error', status: 503, code: 'SlowDown', every: 3 },
  'one of three fails with 500': { kind: 'error', status: 500, code: 'InternalError', every: 3 },
  'connections are cut in the body': { kind: 'drop-after', bytes: 100_000, operation: 'GetObject', every: 3 },
  'connections are cut before the body': { kind: 'drop-after', bytes: 0, every: 3 },
  'connections go silent': { kind: 'stall', bytes: 1_000, operation: 'GetObject', times: 2 },
  'bytes are wrong on the way': { kind: 'corrupt', offset: 500_000, operation: 'GetObject', times: 2 },
  'requests are not answered in time': {
    kind: 'delay',
    ms: 5_000,
    operation: ['PutObject', 'UploadPart'],
    times: 2,
  },
  'answers to finished writes are lost': {
    kind: 'lose-answer',
    operation: ['PutObject', 'UploadPart', 'CompleteMultipartUpload', 'CreateMultipartUpload'],
    every: 2,
  },
  'completing is answered by an error with status 200': {
    kind: 'error-in-200',
    code: 'InternalError',
    operation: 'CompleteMultipartUpload',
    times: 2,
  },
  'writes meet other writes': {
    kind: 'error',
    status: 409,
    code: 'ConditionalRequestConflict',
    operation: 'PutObject',
    times: 2,
  },
  'conditions are ignored': { kind: 'ignore-condition' },
  'conditions are refused': {
    kind: 'error',
    status: 501,
    code: 'NotImplemented',
    operation: 'PutObject',
    times: 1,
  },
};

for (const [name, fault] of Object.entries(passing))
  void test(`${name}: an artifact is written and read`, async (t) => {
    const s3 = await s3Server(t);
    const { store, warnings } = await openTestStore(s3);
    const fired = s3.proxy.fault(fault);
    const artifact = await putFiles(store, { 'a.txt': 'small', 'large.bin': large });
    await store.bring([{ artifact, file: 'large.bin' }], async ([path = '']) => {
      assert.ok((await readFile(path)).equals(large));
    });
    await store.note('uses/a', 'text');
    assert.equal(await store.read('uses/a'), 'text');
    assert.ok(fired() > 0, 'the fault was met');
    assert.equal(new Set(warnings).size, warnings.length, warnings.join('\n'));
    assert.equal(warnings.length > 0, fault.kind !== 'ignore-condition', warnings.join('\n'));
  });

for (const kind of ['drop-after', 'stall'] as const)
  void test(`an answer "not found" whose body does not come whole is asked for again: ${kind}`, async (t) => {
    const s3 = await s3Server(t);
    const { store, warnings } = await openTestStore(s3);
    const fired = s3.proxy.fault({ kind, bytes: 100, operation: 'GetObject', times: 1 });
    assert.equal(await store.find(newRef()), undefined);
    assert.equal(fired(), 1);
    assert.equal(warnings.length, 1);
  });

void test('a service that stays away is one error, after a bounded number of requests', async (t) => {
  const s3 = await s3Server(t);
  const { store, warnings } = await openTestStore(s3);
  s3.proxy.fault({ kind: 'error', status: 503, code: 'SlowDown' });
  s3.proxy.resetCounts();
  await assert.rejects(store.read('uses/a'), (error: unknown) => {
    assert.ok(error instanceof HeadraceError);
    assert.equal(error.type, 'StoreUnavailableError');
    assert.match(error.message, /get notes\/uses\/a of the store s3:\/\/.*503 SlowDown.*\(6 tries\)/);
    return true;
  });
  assert.equal(s3.proxy.counts().GetObject?.requests, 6);
  assert.equal(warnings.length, 1);
});

void test('a long Retry-After goes back to Temporal', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  s3.proxy.fault({ kind: 'error', status: 503, code: 'SlowDown', headers: { 'Retry-After': '3600' } });
  await assert.rejects(
    store.read('uses/a'),
    (error: unknown) => error instanceof HeadraceError && error.retryAfterMs === 3_600_000,
  );
});

void test('a server that was killed and started again is met by the same store', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const artifact = await putFiles(store, { 'large.bin': large });
  await s3.kill();
  await assert.rejects(
    store.get(artifact.ref),
    (error: unknown) => error instanceof HeadraceError && error.type === 'StoreUnavailableError',
  );
  await s3.restart();
  await store.bring([{ artifact, file: 'large.bin' }], async ([path = '']) => {
    assert.ok((await readFile(path)).equals(large));
  });
});

void test('a cancelled transfer ends, and another one of the same bytes does not', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const artifact = await putFiles(store, { 'large.bin': large });
  const wanted = [{ artifact, file: 'large.bin' }];
  s3.proxy.fault({ kind: 'delay', ms: 300, operation: 'GetObject', times: 3 });
  const cancel = new AbortController();
  const cancelled = store.bring(wanted, () => Promise.resolve(), cancel.signal);
  const other = store.bring(wanted, async ([path = '']) => (await readFile(path)).equals(large));
  setTimeout(() => cancel.abort(new Error('cancelled')), 100);
  await assert.rejects(cancelled, /cancelled/);
  assert.equal(await other, true);
});
