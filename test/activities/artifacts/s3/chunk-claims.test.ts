import assert from 'node:assert/strict';
import { readdir, rm, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ChunkClaims } from '../../../../activities/artifacts/s3/cache/chunk-claims.js';
import { processMark } from '../../../../files/process-id.js';
import { temporaryFolder } from '../../../support/folder.js';

const never = new AbortController().signal;
/** As of a process of this machine that has ended: nothing has started at that time. */
const ofDead = processMark().replace(/\w+$/, '00000001');

void test('a chunk has one writer at a time, and its claim is gone afterwards, also where the writer fails', async () => {
  const folder = await temporaryFolder();
  const claims = [new ChunkClaims(folder), new ChunkClaims(folder)] as const;
  let writers = 0;
  let most = 0;
  const write = async (isAlone: boolean): Promise<void> => {
    assert.equal(isAlone, true);
    writers += 1;
    most = Math.max(most, writers);
    await readdir(folder);
    writers -= 1;
  };
  const all = Array.from({ length: 6 }, (_, at) =>
    (at % 2 === 0 ? claims[0] : claims[1]).withClaim('1-0', never, write),
  );
  await Promise.all(all);
  assert.equal(most, 1);
  const failing = claims[0].withClaim('1-0', never, () => Promise.reject(new Error('broken')));
  await assert.rejects(failing, /broken/);
  assert.deepEqual(await readdir(folder), []);
});

void test('a claim of a process that has died does not hold others up, who write with care', async () => {
  const folder = await temporaryFolder();
  await symlink(ofDead, join(folder, '1-0'));
  const alone: boolean[] = [];
  await new ChunkClaims(folder).withClaim('1-0', never, async (isAlone) => void alone.push(isAlone));
  assert.deepEqual(alone, [false]);
  assert.deepEqual(await readdir(folder), ['1-0']);
});

void test('a claim of a live process is waited for, and an abort ends the wait', async () => {
  const folder = await temporaryFolder();
  const claims = new ChunkClaims(folder);
  const held = join(folder, '1-0');
  await symlink(processMark(process.ppid), held);
  const stop = new AbortController();
  const aborted = claims.withClaim('1-0', stop.signal, () => Promise.reject(new Error('was claimed')));
  stop.abort(new Error('enough'));
  await assert.rejects(aborted, /enough/);
  const alone: boolean[] = [];
  const waiting = claims.withClaim('1-0', never, async (isAlone) => void alone.push(isAlone));
  await unlink(held);
  await waiting;
  assert.deepEqual(alone, [true]);
});

void test('a cache that was emptied gets its folder back', async () => {
  const folder = join(await temporaryFolder(), 'claims');
  const claims = new ChunkClaims(folder);
  const alone: boolean[] = [];
  await claims.withClaim('1-0', never, async (isAlone) => void alone.push(isAlone));
  await rm(folder, { recursive: true });
  await claims.withClaim('1-0', never, async (isAlone) => void alone.push(isAlone));
  assert.deepEqual(alone, [true, true]);
});
