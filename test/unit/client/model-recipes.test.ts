import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { readRecipeFile, type ResolvedRecipe } from '../../../client/recipe/recipe-file.js';
import { packagePath } from '../../../files/package-path.js';
import { baseModelOf, baseModels } from '../../../core/training/models/base-models.js';
import { modelNotes } from '../../../core/training/models/model-notes.js';
import { chosenRenderer } from '../../../core/training/models/chosen-renderer.js';
import { hasAutoRate } from '../../../core/training/schedule.js';

const names = await readdir(packagePath('recipes/models'));
const recipes = await Promise.all(
  names.map(
    async (name) => await readRecipeFile(packagePath(`recipes/models/${name}`), { cwd: packagePath('.') }),
  ),
);

function trainOf({ name, train }: ResolvedRecipe): NonNullable<ResolvedRecipe['train']> {
  assert.ok(train, name);
  return train;
}

void test('every model that is offered has the recipe of its family', () => {
  const shown = recipes.map((recipe) => baseModelOf(trainOf(recipe).base_model)?.vocabulary);
  const renderers = recipes.flatMap((recipe) => baseModelOf(trainOf(recipe).base_model)?.renderers ?? []);
  for (const {
    name,
    vocabulary,
    retired,
    renderers: [first],
  } of baseModels)
    if (retired !== true && vocabulary !== undefined)
      assert.ok(shown.includes(vocabulary) && renderers.includes(first), name);
});

void test('a recipe of a model is named like its file, and its sources are there', () => {
  for (const [at, recipe] of recipes.entries()) {
    assert.equal(names[at], `${recipe.name}.yaml`);
    for (const { files } of recipe.sources)
      assert.ok(typeof files === 'string' && existsSync(files), recipe.name);
  }
});

void test('a recipe of a model fits it: no note of the table, and auto only where there is a formula', () => {
  for (const recipe of recipes) {
    const train = trainOf(recipe);
    const notes = modelNotes(train).map(({ text }) => text);
    assert.deepEqual(
      notes,
      recipe.name === 'llama3' ? [`Tinker has retired ${train.base_model}`] : [],
      recipe.name,
    );
    assert.equal(train.learning_rate === 'auto', hasAutoRate(train.base_model), recipe.name);
  }
});

void test('a recipe splits turns into examples only where the renderer rewrites earlier ones', () => {
  for (const recipe of recipes)
    if (trainOf(recipe).examples === 'turn')
      assert.equal(chosenRenderer(trainOf(recipe), '2026-11-28').rewritesHistory, true, recipe.name);
});
