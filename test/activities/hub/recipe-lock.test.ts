import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readRecipeLock } from '../../../activities/hub/resolve/recipe-lock.js';
import { temporaryFolder } from '../../support/folder.js';

const childPath = fileURLToPath(new URL('./recipe-lock-child.js', import.meta.url));

async function startWriter(t: TestContext, out: string, names: readonly string[]): Promise<ChildProcess> {
  const child = fork(childPath, [out, names.join()]);
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

async function write(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit');
  child.send('begin');
  const [code, signal] = (await ended) as [number | null, string | null];
  return signal ?? code;
}

void test('writers in several processes lose no entry of each other after one of them was killed', async (t) => {
  const out = await temporaryFolder(t);
  for (let round = 0; round < 4; round += 1) {
    assert.equal(await write(await startWriter(t, out, ['dies'])), 'SIGKILL');
    const writers = [0, 1, 2].map((writer) =>
      Array.from({ length: 6 }, (_, index) => `source-${round}-${writer}-${index}`),
    );
    const children = await Promise.all(writers.map((names) => startWriter(t, out, names)));
    assert.deepEqual(await Promise.all(children.map(write)), [0, 0, 0]);
    const { sources } = await readRecipeLock(out);
    const lost = writers.flat().filter((name) => sources[name] === undefined);
    assert.deepEqual(lost, [], `lost in round ${round}`);
  }
  assert.deepEqual(await readdir(out), ['recipe.lock.json']);
});
