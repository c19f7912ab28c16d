import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { temporaryFolder } from '../../support/folder.js';
import type { PoolTestJobs } from './pool-test-jobs.js';

const pool = new ThreadPool<PoolTestJobs>(new URL('./pool-test-jobs.js', import.meta.url), 2);
const never = new AbortController().signal;

void test('jobs run beside each other and give their results', async () => {
  const results = await Promise.all(
    [1, 2, 3, 4, 5].map((value) => pool.run('double', value, { signal: never })),
  );
  assert.deepEqual(results, [2, 4, 6, 8, 10]);
});

void test('however many jobs wait on one signal, nobody is warned of a leak', async (t) => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 40 }, (_, value) => pool.run('double', value, { signal })));
  assert.deepEqual(warnings, []);
});

void test('an error keeps its type and remedy on its way between threads', async () => {
  await assert.rejects(pool.run('fail', 'MixError', { signal: never }), {
    type: 'MixError',
    message: 'on purpose',
    remedy: 'do otherwise',
  });
});

void test('a full disk is still known by its code', async () => {
  await assert.rejects(pool.run('failWithCode', 'ENOSPC', { signal: never }), { code: 'ENOSPC' });
});

void test('a job that never looks up is stopped by its signal, and the pool goes on', async () => {
  const abort = new AbortController();
  const endless = [
    pool.run('spin', undefined, { signal: abort.signal }),
    pool.run('spin', undefined, { signal: abort.signal }),
  ];
  const waiting = pool.run('double', 4, { signal: abort.signal });
  setTimeout(() => abort.abort(new Error('enough')), 100);
  await Promise.all([...endless, waiting].map((job) => assert.rejects(job, { message: 'enough' })));
  assert.equal(await pool.run('double', 21, { signal: never }), 42);
});

void test('a job that waits for its turn is stopped while the one before it goes on', async () => {
  const one = new ThreadPool<PoolTestJobs>(new URL('./pool-test-jobs.js', import.meta.url), 1);
  const [first, second] = [new AbortController(), new AbortController()];
  const running = one.run('spin', undefined, { signal: first.signal });
  const waiting = one.run('double', 1, { signal: second.signal });
  second.abort(new Error('not this one'));
  await assert.rejects(waiting, { message: 'not this one' });
  const next = one.run('double', 4, { signal: never });
  first.abort(new Error('enough'));
  await assert.rejects(running, { message: 'enough' });
  assert.equal(await next, 8);
});

void test('an aborted job in the middle of what cannot be interrupted is not waited for, but keeps its place', async (t) => {
  const one = new ThreadPool<PoolTestJobs>(new URL('./pool-test-jobs.js', import.meta.url), 1);
  const path = join(await temporaryFolder(t), 'go on');
  const abort = new AbortController();
  const onProgress = (): void => abort.abort(new Error('enough'));
  const running = one.run('untilThereIs', path, { signal: abort.signal, onProgress });
  await assert.rejects(running, { message: 'enough' });
  const order: string[] = [];
  const next = one.run('double', 4, { signal: never }).then(() => order.push('the next job'));
  order.push('the thread ends');
  await writeFile(path, '');
  await next;
  assert.deepEqual(order, ['the thread ends', 'the next job']);
});

void test('a thread that dies fails its job only', async () => {
  await assert.rejects(pool.run('exit', undefined, { signal: never }), /ended with code 3/);
  assert.equal(await pool.run('double', 2, { signal: never }), 4);
});

void test('pools of one size share their threads: no more jobs are under way than there are threads', async () => {
  const other = new ThreadPool<PoolTestJobs>(new URL('./pool-test-jobs.js', import.meta.url), 2);
  const abort = new AbortController();
  const endless = [pool, other].map((each) => each.run('spin', undefined, { signal: abort.signal }));
  let isDone = false;
  const waiting = other.run('double', 4, { signal: never }).then((value) => {
    isDone = true;
    return value;
  });
  await sleep(300);
  assert.equal(isDone, false);
  abort.abort(new Error('enough'));
  await Promise.all(endless.map((job) => assert.rejects(job, { message: 'enough' })));
  assert.equal(await waiting, 8);
});
