import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseRecipe, readRecipeFile } from '../../../client/recipe/recipe-file.js';
import { recipeJsonSchema } from '../../../client/recipe/json-schema.js';
import { HeadraceError } from '../../../core/errors.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

const good = `
name: small
sources:
  - { name: a, files: data/*.jsonl }
train: { base_model: Qwen/Qwen3-8B, learning_rate: auto }
`;

function problems(text: string, set: readonly string[] = []): string[] {
  try {
    parseRecipe(text, 'recipe.yaml', { set, cwd: '/work' });
  } catch (error) {
    assert.ok(error instanceof HeadraceError && error.type === 'RecipeError', String(error));
    return error.message.split('\n');
  }
  throw new assert.AssertionError({ message: 'the recipe was taken' });
}

void test('defaults are filled in and paths become absolute', () => {
  const recipe = parseRecipe(good, 'recipe.yaml', { cwd: '/work' });
  assert.equal(recipe.out, '/work/runs/small');
  assert.deepEqual(recipe.sources[0]?.files, '/work/data/*.jsonl');
  assert.equal(recipe.train?.batch_size, 128);
  assert.deepEqual(recipe.train?.adam, {
    beta1: 0.9,
    beta2: 0.95,
    eps: 1e-8,
    weight_decay: 0,
    grad_clip_norm: 0,
  });
});

void test('an unknown key is reported with its line and the nearest known key', () => {
  assert.deepEqual(problems(good.replace('files:', 'file:')).slice(0, 1), [
    'recipe.yaml:4: unknown key "sources.0.file"; did you mean "files"?',
  ]);
  assert.match(
    problems(`${good}sede: 1`)[0] ?? '',
    /recipe\.yaml:6: unknown key "sede"; did you mean "seed"\?/,
  );
  assert.match(
    problems(good.replace('learning_rate', 'lora: {rnk: 1}, learning_rate'))[0] ?? '',
    /"train.lora.rnk"; did you mean "rank"\?/,
  );
});

void test('all problems of a recipe are reported at once', () => {
  const found = problems(
    'name: Bad Name\nsources:\n  - { name: a }\n  - { name: a, dataset: x/y, rows: 1, share: 0.5 }\n',
  );
  assert.equal(found.length, 4, found.join('\n'));
});

void test('a label that is a path is refused with what is allowed', () => {
  const [message] = problems(good.replace('learning_rate', 'label: /tmp/x, learning_rate'));
  assert.match(message ?? '', /recipe\.yaml:5: "train.label" .*a name, not a path.*A-Z a-z 0-9 _ -/);
});

void test('shares that do not fit together are refused', () => {
  const share = (a: string, b: string): string =>
    `name: s\nsources:\n  - { name: a, dataset: x/y${a} }\n  - { name: b, dataset: x/z${b} }\n`;
  assert.match(
    problems(share(', share: 0.5', ', share: 0.4'))[0] ?? '',
    /must sum to 1, but they sum to 0\.9/,
  );
  assert.match(problems(share(', share: 1', ''))[0] ?? '', /less than 1/);
  assert.match(problems(share(', share: 0.1234567', ''))[0] ?? '', /more than six decimals/);
});

void test('--set overrides a key, is read as YAML, and is validated like the file', () => {
  const recipe = parseRecipe(good, 'recipe.yaml', {
    set: ['train.lora.rank=4', 'sources.0.rows=10', 'seed=5'],
    cwd: '/work',
  });
  assert.equal(recipe.train?.lora.rank, 4);
  assert.equal(recipe.sources[0]?.rows, 10);
  assert.equal(recipe.seed, 5);
  assert.match(
    problems(good, ['train.epochs=many'])[0] ?? '',
    /"train.epochs" must be number.*found: "many"/,
  );
  assert.match(problems(good, ['nonsense'])[0] ?? '', /expected key\.path=value/);
});

void test('YAML that cannot be parsed is reported with its line', () => {
  assert.match(problems('name: x\nsources: [')[0] ?? '', /^recipe\.yaml:\d+: /);
});

void test('the shipped recipes are valid, and the shipped JSON Schema is made from the code', async () => {
  const files = (await readdir(join(root, 'recipes'))).filter((name) => name.endsWith('.yaml'));
  assert.deepEqual(files.sort(), ['demo.yaml', 'stage1-small.yaml', 'stage1.yaml']);
  for (const file of files) await readRecipeFile(join(root, 'recipes', file));
  assert.equal(await readFile(join(root, 'recipes/recipe.schema.json'), 'utf8'), recipeJsonSchema());
});
