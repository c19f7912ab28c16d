import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRecipe } from '../../../client/recipe/recipe-file.js';

/** Names of a recipe become file names, workflow ids and labels: none of them may be a path. */

const recipe = (change: { name?: string; source?: string; label?: string; out?: string }): string => `
name: ${JSON.stringify(change.name ?? 'good')}
out: ${JSON.stringify(change.out ?? 'runs/good')}
sources:
  - { name: ${JSON.stringify(change.source ?? 'good')}, files: a.jsonl }
train: { base_model: m, learning_rate: 1.0e-3, label: ${JSON.stringify(change.label ?? 'good')} }
`;

for (const path of ['../up', '/etc/passwd', 'a/b', 'a\\b', '..', 'C:x', 'a\nb', ' ', ''])
  for (const where of ['name', 'source', 'label'] as const)
    void test(`${JSON.stringify(path)} is refused as a ${where}`, () => {
      assert.throws(() => parseRecipe(recipe({ [where]: path }), 'r.yaml', { cwd: '/work' }), {
        type: 'RecipeError',
      });
    });

void test('one folder has one spelling, however it is written', () => {
  const outs = ['runs/x', './runs/x/', 'runs/../runs/x', '/base/runs/x', '/base//runs/./x/'].map(
    (out) => parseRecipe(recipe({ out }), 'r.yaml', { cwd: '/base' }).out,
  );
  assert.deepEqual([...new Set(outs)], ['/base/runs/x']);
});

void test('with a store in a bucket a run writes into it, and its folder is where results are brought to', () => {
  const places = (out: string | undefined, store: string) => {
    const yaml = recipe({ out: out ?? 'x' }).replace(out === undefined ? /^out: .*$/m : /^$/, '');
    const { out: writes, folder } = parseRecipe(yaml, 'r.yaml', { cwd: '/base', store });
    return { writes, folder };
  };
  const inStore = 's3://bucket/a/runs/good';
  assert.deepEqual(places(undefined, 's3://bucket/a'), { writes: inStore, folder: '/base/runs/good' });
  assert.deepEqual(places('mine', 's3://bucket/a/'), { writes: inStore, folder: '/base/mine' });
  assert.deepEqual(places('s3://bucket/a//other/', 's3://bucket/a'), {
    writes: 's3://bucket/a/other',
    folder: '/base/runs/good',
  });
  assert.deepEqual(places('mine', '/store'), { writes: '/base/mine', folder: undefined });
  for (const store of ['/store', 's3://bucket/b'])
    assert.throws(() => places('s3://bucket/a/other', store), {
      type: 'RecipeError',
      message: `out is s3://bucket/a/other, which is not below the store ${store}`,
    });
});
