import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import pLimit from 'p-limit';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { Dice } from '../../support/dice.js';
import { folderInMemory } from '../../support/folder.js';
import { sourceOf } from '../../support/local-sources.js';
import { checkedResults, mixedResult, type Result } from './mixed-result.js';
import { oddCase, type OddCase } from './odd-case.js';

const rows = 5000;
const rowsOfCase = 20;
const cases = rows / rowsOfCase;
/** Other rows: `HEADRACE_TEST_SEED=7 npm run test:one -- test/activities/mix-rule/odd-rows.test.ts`. */
const seed = Number(process.env['HEADRACE_TEST_SEED'] ?? 1);

void test('odd rows of all formats give the lines, rejects and counts of the rule as Python states it', async (context) => {
  const dir = await folderInMemory(context);
  const made: OddCase[] = [];
  for (let index = 0; index < cases; index += 1)
    made.push(await oddCase(new Dice(seed * cases + index), dir, `case-${index}`, rowsOfCase));
  const checking = checkedResults(made.map(({ checked }) => checked));
  const store = await openStore(join(dir, 'store'));
  const threads = new ThreadPool(2);
  const slots = pLimit(4);
  const results = await Promise.all(
    made.map(({ recipe, files }, index) =>
      slots(async () => {
        const sizes = { pieceBytes: index % 2 === 0 ? 2000 : 1_000_000 };
        const actual = await mixedResult(recipe, files, {
          store,
          out: join(dir, `out-${index}`),
          threads,
          ...sizes,
        });
        assert.deepEqual(actual, (await checking)[index], `seed ${seed}, case ${index}`);
        return actual;
      }),
    ),
  );

  const lines = new Set(results.flatMap(linesOf));
  assert.ok(lines.size > rows / 4, 'a good part of the odd rows are conversations');
  const path = join(dir, 'lines.jsonl');
  await writeFile(path, [...lines].map((line) => `${line}\n`).join(''));
  const again = await mixedResult(
    { seed, sources: [sourceOf('lines', { format: 'messages' })], heldout: { fraction: 0 }, mix: {} },
    new Map([['lines', [{ path, plainPath: path }]]]),
    { store, out: join(dir, 'again'), threads },
  );
  assert.ok('train' in again);
  const [source] = again.sources;
  assert.deepEqual(new Set(linesOf(again)), lines, 'a canonical line read as messages is itself');
  assert.deepEqual(
    [source?.unread, source?.rejectedBy, source?.blankSystem, source?.trailing],
    [{}, {}, 0, 0],
    'nothing of a canonical line is left out',
  );
});

function linesOf(result: Result): readonly string[] {
  return 'train' in result
    ? `${result.train}${result.heldout}`.split('\n').filter((line) => line !== '')
    : [];
}
