import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import pLimit from 'p-limit';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { defined } from '../../../core/defined.js';
import { Dice } from '../../support/dice.js';
import { folderInMemory } from '../../support/folder.js';
import { checkedResults, mixedResult } from './mixed-result.js';
import { randomCase, type RandomCase } from './random-case.js';

const cases = 1000;

void test('random recipes and data give the bytes and counts of the rule as Python states it', async (context) => {
  const dir = await folderInMemory(context);
  const made: RandomCase[] = [];
  for (let index = 0; index < cases; index += 1)
    made.push(await randomCase(new Dice(index), join(dir, `case-${index}`)));
  const checking = checkedResults(made.map(({ checked }) => checked));
  const store = await openStore(join(dir, 'store'));
  // What comes out must depend on none of these.
  const sizes = [
    { threads: new ThreadPool(1), pieceBytes: 2000, bucketBytes: 1500, partitionBytes: 20_000 },
    { threads: new ThreadPool(2), pieceBytes: 20_000, bucketBytes: 1_000_000 },
  ];
  const slots = pLimit(4);
  await Promise.all(
    made.map(({ recipe, files, rowsPerSource }, index) =>
      slots(async () => {
        const out = join(dir, `out-${index}`);
        const options = {
          ...(sizes[index % sizes.length] ?? assert.fail()),
          store,
          out,
          ...defined({ rowsPerSource }),
        };
        const actual = await mixedResult(recipe, files, options);
        assert.deepEqual(actual, (await checking)[index], `case ${index}`);
        await rm(out, { recursive: true, force: true });
      }),
    ),
  );
  const mixed = (await checking).filter((result) => 'train' in result && result.train !== '');
  assert.ok(mixed.length > cases / 2, 'most of the random recipes give a mix');
});
