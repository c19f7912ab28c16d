import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { removeDeadScratch } from '../../../files/scratch.js';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { temporaryFolder } from '../../support/folder.js';

void test('what a killed process left half-written is removed, and nothing of one that lives', async (context) => {
  const root = await temporaryFolder(context);
  const child = fork(fileURLToPath(new URL('./scratch-child.js', import.meta.url)), [root]);
  context.after(() => child.kill('SIGKILL'));
  await once(child, 'message');
  const store = await openStore(root);
  const mine = await store.workplace.scratch();
  assert.equal(await removeDeadScratch(root), 0);
  assert.equal((await readdir(join(root, 'tmp'))).length, 2);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(await removeDeadScratch(root), 1);
  assert.deepEqual(
    (await readdir(join(root, 'tmp'))).map((name) => join(root, 'tmp', name)),
    [mine],
  );
});
