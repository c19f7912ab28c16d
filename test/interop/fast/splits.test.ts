import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { inspectSource } from '../../../activities/hub/resolve/inspect-source.js';
import { pythonEnvironment } from '../../../dev/python/environment.js';
import { sourceOf, startFixture, type Fixture } from '../../support/hub.js';
import { runScript } from '../support/run-python.js';
import { splitTrees, type SplitTree } from '../support/split-trees.js';

/** The splits of many repositories, as Headrace and as `datasets.load_dataset_builder` find them. */

const idOf = (index: number): string => `trees/tree-${index}`;
const Theirs = z.union([
  z.object({ splits: z.record(z.string(), z.array(z.string())) }),
  z.object({ error: z.string() }),
]);
type Theirs = z.infer<typeof Theirs>;

/** The files of the local Hub that hold the trees. */
function hubFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [index, { files: paths, card, revision }] of splitTrees.entries()) {
    const folder = `datasets/${idOf(index)}`;
    const dir = revision === undefined ? folder : `${folder}@converted`;
    for (const path of paths)
      files[`${dir}/${path}`] =
        path === '.huggingface.yaml' ? 'configs:\n- config_name: default\n  data_files: b.jsonl\n' : '{}\n';
    if (card !== undefined) files[`${dir}/README.md`] = `---\n${card}\n---\n# A dataset\n`;
    if (revision === undefined) continue;
    files[`${folder}/README.md`] = '# A dataset\n';
    files[`${folder}.hub.json`] = JSON.stringify({ branches: { [revision]: `tree-${index}@converted` } });
  }
  return files;
}

/** What Headrace finds for a split: its files, or the error. */
async function oursOf(fixture: Fixture, index: number, split: string): Promise<readonly string[] | string> {
  const { revision, config } = splitTrees[index] ?? {};
  const source = sourceOf({ dataset: idOf(index), revision, config, split });
  try {
    const found = await inspectSource(fixture.access(), { source, out: fixture.out }, fixture.work);
    return found.files.map(({ file }) => file.path).sort();
  } catch (error) {
    return String(error);
  }
}

async function assertSame(fixture: Fixture, index: number, theirs: Theirs): Promise<void> {
  if ('error' in theirs) {
    const ours = await oursOf(fixture, index, 'train');
    assert.equal(typeof ours, 'string', `datasets: ${theirs.error}; Headrace finds ${String(ours)}`);
    return;
  }
  assert.notDeepEqual(theirs.splits, {});
  for (const [split, paths] of Object.entries(theirs.splits))
    assert.deepEqual(await oursOf(fixture, index, split), [...new Set(paths)].sort(), split);
}

async function assertDiffers(
  fixture: Fixture,
  index: number,
  { why, ours }: NonNullable<SplitTree['differs']>,
  theirs: Theirs,
): Promise<void> {
  const found: Record<string, readonly string[]> = {};
  for (const [split, expected] of Object.entries(ours)) {
    const own = await oursOf(fixture, index, split);
    if (expected instanceof RegExp) assert.match(String(own), expected, split);
    else assert.deepEqual(own, [...expected].sort(), split);
    if (typeof own !== 'string') found[split] = own;
  }
  const theirSplits = 'splits' in theirs ? theirs.splits : {};
  assert.notDeepEqual(theirSplits, found, `datasets finds the same now: ${why}`);
}

void test('the splits of many repositories are those that datasets finds, or differ for a reason', async (t) => {
  const environment = await pythonEnvironment('hub');
  const fixture = await startFixture(t, hubFiles());
  const told = await runScript(
    z.object({ version: z.string(), trees: z.record(z.string(), Theirs) }),
    environment,
    'hub_splits.py',
    {
      HF_ENDPOINT: fixture.hub.url,
      HF_HOME: join(fixture.dir, 'home'),
      HF_HUB_DISABLE_PROGRESS_BARS: '1',
      HF_HUB_DISABLE_TELEMETRY: '1',
    },
    {
      trees: splitTrees.map(({ revision, config }, index) => ({
        repository: idOf(index),
        revision: revision ?? null,
        config: config ?? null,
      })),
    },
  );
  t.diagnostic(`datasets ${told.version}, ${splitTrees.length} trees`);
  for (const [index, { name, differs }] of splitTrees.entries())
    await t.test(name, async () => {
      const theirs = told.trees[idOf(index)];
      assert.ok(theirs !== undefined);
      if (differs === undefined) await assertSame(fixture, index, theirs);
      else await assertDiffers(fixture, index, differs, theirs);
    });
});
