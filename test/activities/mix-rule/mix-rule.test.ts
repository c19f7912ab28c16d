import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { z } from 'zod';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { type ArtifactRef } from '../../../core/contracts/artifact.js';
import { fatesOfConverted } from '../../../core/contracts/mix.js';
import { defined } from '../../../core/defined.js';
import { HeadraceError } from '../../../core/errors.js';
import { openStore } from '../../../activities/artifacts/store.js';
import { mixSources } from '../../../client/mix/mix-sources.js';
import { quietWork } from '../../support/work.js';
import { resolveLocal } from '../../support/local-sources.js';
import { randomCase, type RandomCase } from './random-case.js';
import { Dice } from '../../support/dice.js';

const cases = 1000;
const checker = fileURLToPath(new URL('../../../../test/activities/mix-rule/mix_rule.py', import.meta.url));

const count = z.int();
const Counts = z.object({
  rows: count,
  read: count,
  filtered: count,
  rejectedBy: z.record(z.string(), count),
  duplicatesBy: z.record(z.string(), count),
  converted: count,
  collapsedRows: count,
  gaps: count,
  unfinished: count,
  heldout: count,
  heldoutUnused: count,
  kept: count,
  notSelected: count,
  lines: count,
  bytes: count,
  assistantChars: count,
  volumes: z.record(z.enum(fatesOfConverted), z.object({ bytes: count, assistantChars: count })),
});
const Result = z.union([
  z.object({ error: z.string() }),
  z.object({ train: z.string(), heldout: z.string(), sources: z.array(Counts) }),
]);
type Result = z.infer<typeof Result>;

void test('random recipes and data give the bytes and counts of the rule as Python states it', async (context) => {
  // A thousand mixes flush some fifty thousand files: where there is a disk in memory, they are spared a real
  // one.
  const disk = await access('/dev/shm').then(
    () => '/dev/shm',
    () => tmpdir(),
  );
  const dir = await mkdtemp(join(disk, 'headrace-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  const made: RandomCase[] = [];
  for (let index = 0; index < cases; index += 1)
    made.push(await randomCase(new Dice(index), join(dir, `case-${index}`)));
  const checking = checkedResults(made);
  const store = await openStore(join(dir, 'store'));
  // What comes out must depend on none of these.
  const sizes = [
    { threads: new ThreadPool(1), pieceBytes: 2000, bucketBytes: 1500 },
    { threads: new ThreadPool(2), pieceBytes: 20_000, bucketBytes: 1_000_000 },
  ];
  const slots = pLimit(4);
  await Promise.all(
    made.map((one, index) =>
      slots(async () => {
        const out = join(dir, `out-${index}`);
        const resolutions = new Map<string, ArtifactRef>();
        for (const [name, files] of one.files)
          resolutions.set(
            name,
            await resolveLocal(
              store,
              files.map(({ path }) => path),
            ),
          );
        const { rowsPerSource } = one;
        const options = {
          ...(sizes[index % sizes.length] ?? assert.fail()),
          store,
          out,
          resolutions,
          work: quietWork(),
          ...defined({ rowsPerSource }),
        };
        let actual: Result;
        try {
          const { composition } = await mixSources(one.recipe, options);
          for (const row of composition.sources)
            assert.equal(
              row.read,
              row.filtered +
                row.rejected +
                row.duplicates +
                row.heldout +
                row.heldoutUnused +
                row.notSelected +
                row.kept,
              `case ${index}: every row of ${row.name} is accounted for`,
            );
          actual = {
            train: await readFile(join(out, 'train.jsonl'), 'utf8'),
            heldout: await readFile(join(out, 'heldout.jsonl'), 'utf8'),
            sources: composition.sources.map((row) =>
              Counts.parse({ collapsedRows: 0, gaps: 0, unfinished: 0, ...row }),
            ),
          };
        } catch (error) {
          if (!(error instanceof HeadraceError)) throw error;
          actual = { error: error.type };
        }
        assert.deepEqual(actual, (await checking)[index], `case ${index}`);
        await rm(out, { recursive: true, force: true });
      }),
    ),
  );
  const mixed = (await checking).filter((result) => 'train' in result && result.train !== '');
  assert.ok(mixed.length > cases / 2, 'most of the random recipes give a mix');
});

/** One process for all cases, which works beside us. */
async function checkedResults(made: readonly RandomCase[]): Promise<readonly Result[]> {
  const python = spawn('python3', [checker], { stdio: ['pipe', 'pipe', 'inherit'] });
  python.stdin.end(JSON.stringify(made.map(({ checked }) => checked)));
  const [said, [status]] = await Promise.all([text(python.stdout), once(python, 'exit')]);
  assert.equal(status, 0);
  return z.array(Result).parse(JSON.parse(said));
}
