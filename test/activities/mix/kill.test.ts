import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { mixSources } from '../../../client/mix/mix-sources.js';
import { quietWork } from '../../support/work.js';
import { workbench } from '../../support/local-sources.js';
import { resolveAll, threeSourceRecipe, writeThreeSources } from './three-sources.js';

const bench = await workbench();
const child = fileURLToPath(new URL('./killed-mix.js', import.meta.url));

void test('a mix that is killed again and again ends with the bytes of one that is not', async () => {
  const dir = await bench.folder();
  const files = await writeThreeSources(dir);
  const reference = await bench.folder();
  const quiet = { threads: new ThreadPool(1), pieceBytes: 4_000, bucketBytes: 4_000, work: quietWork() };
  const resolutions = await resolveAll(bench.store, files);
  await mixSources(threeSourceRecipe(), { ...quiet, store: bench.store, out: reference, resolutions });

  const store = await openStore(await bench.folder());
  const out = await bench.folder();
  const asides = async (): Promise<number> =>
    (await readdir(out)).filter((name) => name.endsWith('.tmp')).length;
  for (const [stage, unit, steps] of [
    ['convert', 'bytes', 2],
    ['convert', 'bytes', 12],
    ['mix', 'pieces', 1],
    ['mix', 'pieces', 3],
    ['mix', 'bytes', 1],
    ['mix', 'bytes', 12],
  ] as const) {
    const running = fork(child, [dir, store.place, out, stage, unit, String(steps)]);
    const [, signal] = (await once(running, 'exit')) as [number | null, string | null];
    assert.equal(signal, 'SIGKILL', `killed after ${steps} ${unit} of ${stage}`);
    assert.equal(
      await asides(),
      stage === 'mix' && unit === 'bytes' ? 1 : 0,
      'what the one before left there has gone',
    );
  }
  const again = await resolveAll(store, files);
  const result = await mixSources(threeSourceRecipe(), { ...quiet, store, out, resolutions: again });
  assert.ok(result.reusedPieces > 0);
  assert.equal(await asides(), 0);
  for (const name of ['train.jsonl', 'heldout.jsonl', 'manifest.json', 'rejects.jsonl'])
    assert.equal(
      await readFile(join(out, name), 'utf8'),
      await readFile(join(reference, name), 'utf8'),
      name,
    );
});
