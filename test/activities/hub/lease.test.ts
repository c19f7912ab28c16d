import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Lease } from '../../../activities/hub/download/lease.js';
import { tempDir } from './fixture.js';

async function pathFor(t: TestContext): Promise<string> {
  return join(await tempDir(t), 'file.part.lease');
}

void test('one has it, the others do not, until it is given back', async (t) => {
  const path = await pathFor(t);
  const takes = await Promise.all(Array.from({ length: 8 }, () => Lease.take(path)));
  const held = takes.filter((lease) => lease !== undefined);
  assert.equal(held.length, 1);
  assert.equal(await held[0]?.isHeld(), true);
  await held[0]?.release();
  const next = await Lease.take(path);
  assert.ok(next !== undefined);
  assert.equal(await held[0]?.isHeld(), false);
  await held[0]?.release();
  assert.ok(await next.isHeld(), 'an old holder gives back nothing that is not its own');
  await next.release();
  assert.deepEqual(await readdir(dirname(path)), []);
});

void test('the lease of a process that is gone is taken at once', async (t) => {
  const path = await pathFor(t);
  const lease = await Lease.take(path);
  assert.ok(lease !== undefined);
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const holder = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...holder, attempt: 'other', pid: child.pid }));
  const taken = await Lease.take(path);
  assert.ok(taken !== undefined);
  assert.ok(await taken.isHeld());
  await lease.release();
  await taken.release();
});

void test('a holder of another machine is believed while it gives signs of life', async (t) => {
  const path = await pathFor(t);
  await writeFile(path, JSON.stringify({ attempt: 'a', pid: 1, machine: 'elsewhere' }));
  assert.equal(await Lease.take(path), undefined);
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(path, longAgo, longAgo);
  const taken = await Lease.take(path);
  assert.ok(taken !== undefined);
  await taken.release();
});
