import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ThreadPool, type PoolJobs } from '../../../activities/threads/thread-pool.js';
import { temporaryFolder } from '../../support/folder.js';
import type { PoolTestJobs } from './pool-test-jobs.js';

const module = new URL('./pool-test-jobs.js', import.meta.url);
const jobsOf = (pool: ThreadPool): PoolJobs<PoolTestJobs> => pool.jobs(module);
const pool = jobsOf(new ThreadPool(2));
const never = new AbortController().signal;

void test('jobs run beside each other and give their results', async () => {
  const results = await Promise.all(
    [1, 2, 3, 4, 5].map((value) => pool.run('double', value, { signal: never })),
  );
  assert.deepEqual(results, [2, 4, 6, 8, 10]);
});

void test('many jobs on one signal cause no warning of a leak', async (t) => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 40 }, (_, value) => pool.run('double', value, { signal })));
  assert.deepEqual(warnings, []);
});

void test('an error of a thread keeps its type and remedy', async () => {
  await assert.rejects(pool.run('fail', 'MixError', { signal: never }), {
    type: 'MixError',
    message: 'on purpose',
    remedy: 'do otherwise',
  });
});

void test('a system error of a thread keeps its code', async () => {
  await assert.rejects(pool.run('failWithCode', 'ENOSPC', { signal: never }), { code: 'ENOSPC' });
});

void test('a job that never yields is ended by its signal, and the pool continues', async () => {
  const abort = new AbortController();
  let begun = 0;
  const onProgress = (): void => {
    begun += 1;
    if (begun === 2) abort.abort(new Error('enough'));
  };
  const endless = [1, 2].map(() => pool.run('spin', undefined, { signal: abort.signal, onProgress }));
  const waiting = pool.run('double', 4, { signal: abort.signal });
  await Promise.all([...endless, waiting].map((job) => assert.rejects(job, { message: 'enough' })));
  assert.equal(await pool.run('double', 21, { signal: never }), 42);
});

void test('a job that waits for its turn is stopped, and the one before it continues', async () => {
  const one = jobsOf(new ThreadPool(1));
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

void test('the caller of an aborted job does not wait for its native call, and the thread keeps its place until that ends', async (t) => {
  const one = jobsOf(new ThreadPool(1));
  const path = join(await temporaryFolder(t), 'continue');
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

void test('a thread that exits fails its job only', async () => {
  await assert.rejects(pool.run('exit', undefined, { signal: never }), /ended with code 3/);
  assert.equal(await pool.run('double', 2, { signal: never }), 4);
});

void test('the stages of a pool share its threads: no more jobs run than it has threads', async () => {
  const shared = new ThreadPool(2);
  const [stage, other, elsewhere] = [jobsOf(shared), jobsOf(shared), jobsOf(new ThreadPool(1))];
  const abort = new AbortController();
  const endless = [stage, other].map((each) => each.run('spin', undefined, { signal: abort.signal }));
  let isDone = false;
  const waiting = other.run('double', 4, { signal: never }).then((value) => {
    isDone = true;
    return value;
  });
  // A thread for it would have had the time of twenty such jobs.
  for (let job = 0; job < 20; job += 1) await elsewhere.run('double', job, { signal: never });
  assert.equal(isDone, false);
  abort.abort(new Error('enough'));
  await Promise.all(endless.map((job) => assert.rejects(job, { message: 'enough' })));
  assert.equal(await waiting, 8);
});
