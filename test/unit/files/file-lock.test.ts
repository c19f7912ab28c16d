import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FileLock } from '../../../files/file-lock.js';
import { nameOfThisProcess } from '../../../files/scratch.js';
import { temporaryFolder } from '../../support/folder.js';

const childPath = fileURLToPath(new URL('./file-lock-child.js', import.meta.url));
const longAgo = new Date(Date.now() - 60_000);

async function pathFor(t: TestContext): Promise<string> {
  return join(await temporaryFolder(t), 'lock');
}

/** The lock as a process leaves it that is killed while it holds it. */
async function leaveDeadLock(t: TestContext, path: string): Promise<void> {
  const child = fork(childPath, [path]);
  t.after(() => child.kill('SIGKILL'));
  assert.deepEqual(await once(child, 'message'), ['taken', undefined]);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** The lock as a process of another machine holds it. */
async function holdElsewhere(path: string): Promise<string> {
  const file = join(path, nameOfThisProcess().replace(/^[0-9a-f]{12}/, '0'.repeat(12)));
  await mkdir(path);
  await writeFile(file, '');
  return file;
}

void test('of several that take a lock one holds it, and the next one when it is given back', async (t) => {
  const path = await pathFor(t);
  const taken = await Promise.all(Array.from({ length: 8 }, () => FileLock.tryTake(path)));
  const [first, ...others] = taken.filter((lock) => lock !== undefined);
  assert.ok(first !== undefined);
  assert.equal(others.length, 0);
  assert.equal(await first.isHeld(), true);
  await first.release();
  const next = await FileLock.tryTake(path);
  assert.ok(next !== undefined);
  assert.equal(await first.isHeld(), false);
  await first.release();
  assert.ok(await next.isHeld(), 'an earlier holder gives back its own lock only');
  await next.release();
  assert.deepEqual(await readdir(dirname(path)), []);
});

void test('the lock of a running process is not taken, however long ago the folder was made', async (t) => {
  const path = await pathFor(t);
  const lock = await FileLock.tryTake(path);
  await utimes(path, longAgo, longAgo);
  assert.equal(await FileLock.tryTake(path), undefined);
  await lock?.release();
});

void test('the lock of a killed process is taken at once', async (t) => {
  const path = await pathFor(t);
  await leaveDeadLock(t, path);
  const lock = await FileLock.tryTake(path);
  assert.ok(await lock?.isHeld());
  await lock?.release();
  assert.deepEqual(await readdir(dirname(path)), []);
});

void test('of many that find the lock of a dead process at the same time, one holds it', async (t) => {
  const path = await pathFor(t);
  await leaveDeadLock(t, path);
  const [dead] = await readdir(path);
  for (let round = 0; round < 40; round += 1) {
    const taken = await Promise.all(Array.from({ length: 12 }, () => FileLock.tryTake(path)));
    const held = taken.filter((lock) => lock !== undefined);
    assert.equal(held.length, 1, `${held.length} hold the lock in round ${round}`);
    await held[0]?.release();
    await mkdir(path);
    await writeFile(join(path, dead ?? ''), '');
  }
});

void test('a holder on another machine keeps the lock while it touches its file', async (t) => {
  const path = await pathFor(t);
  const file = await holdElsewhere(path);
  assert.equal(await FileLock.tryTake(path), undefined);
  await utimes(file, longAgo, longAgo);
  const lock = await FileLock.tryTake(path);
  assert.ok(await lock?.isHeld());
  await lock?.release();
});

void test('a file is replaced by the holder of the lock, and not by one whose lock was taken over', async (t) => {
  const path = await pathFor(t);
  const target = join(dirname(path), 'file');
  const frozen = await FileLock.tryTake(path);
  const [file] = await readdir(path);
  await utimes(join(path, file ?? ''), longAgo, longAgo);
  const next = await FileLock.tryTake(path);
  assert.ok(frozen !== undefined && next !== undefined);
  assert.equal(await frozen.isHeld(), false);
  assert.equal(await next.replace(target, 'next'), true);
  assert.equal(await frozen.replace(target, 'frozen'), false);
  assert.equal(await readFile(target, 'utf8'), 'next');
  await next.release();
  await frozen.release();
  assert.deepEqual(await readdir(dirname(path)), ['file']);
});
