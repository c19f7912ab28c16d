import assert from 'node:assert/strict';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import pLimit from 'p-limit';
import { openStore } from '../../../activities/artifacts/store.js';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { Dice } from '../../support/dice.js';
import { checkedResults, mixedResult } from './mixed-result.js';
import { oddCase, type OddCase } from './odd-case.js';

const rows = 5000;
const rowsOfCase = 20;
/** Another one finds other rows: `HEADRACE_TEST_SEED=7 npm run test:one -- test/activities/mix-rule/odd-rows.test.ts`. */
const seed = Number(process.env['HEADRACE_TEST_SEED'] ?? 1);

void test('odd rows of all formats give the lines, rejects and counts of the rule as Python states it', async (context) => {
  const disk = await access('/dev/shm').then(
    () => '/dev/shm',
    () => tmpdir(),
  );
  const dir = await mkdtemp(join(disk, 'headrace-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  const cases = rows / rowsOfCase;
  const made: OddCase[] = [];
  for (let index = 0; index < cases; index += 1)
    made.push(await oddCase(new Dice(seed * cases + index), dir, `case-${index}`, rowsOfCase));
  const checking = checkedResults(made.map(({ checked }) => checked));
  const store = await openStore(join(dir, 'store'));
  const threads = new ThreadPool(2);
  const slots = pLimit(4);
  await Promise.all(
    made.map(({ recipe, files }, index) =>
      slots(async () => {
        const out = join(dir, `out-${index}`);
        const actual = await mixedResult(recipe, files, { store, out, threads });
        assert.deepEqual(actual, (await checking)[index], `seed ${seed}, case ${index}`);
      }),
    ),
  );
});
