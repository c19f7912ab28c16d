import assert from 'node:assert/strict';
import { access, constants, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { packagePath } from '../../../files/package-path.js';
import { troubleshootingPage } from '../../../scripts/docs/troubleshooting-page.js';
import { modelsPage } from '../../../scripts/docs/models-page.js';
import { rejectMeanings } from '../../../scripts/docs/reject-meanings.js';
import { recipeSchema } from '../../../scripts/docs/recipe-keys.js';
import { recipePage } from '../../../scripts/docs/recipe-page.js';
import { convertRow } from '../../support/convert-row.js';
import { headrace } from '../../support/command.js';

void test('every error of the table is explained in docs/troubleshooting.md, with its remedy', async () => {
  assert.equal(await readFile(packagePath('docs/troubleshooting.md'), 'utf8'), troubleshootingPage());
});

void test('every key of the recipe is explained in docs/recipe.md, with its values and its default', async () => {
  assert.equal(await readFile(packagePath('docs/recipe.md'), 'utf8'), recipePage());
});

void test('every model and renderer of the code is in docs/models.md', async () => {
  assert.equal(await readFile(packagePath('docs/models.md'), 'utf8'), modelsPage());
});

void test('the recipe page is refused where a key has no description or no default', () => {
  const undescribed = recipeSchema();
  assert.ok(typeof undescribed.properties?.['mix'] === 'object');
  delete undescribed.properties['mix'].description;
  assert.throws(() => recipePage(undescribed), /The key mix has no description/);

  const undefaulted = recipeSchema();
  assert.ok(typeof undefaulted.properties?.['review'] === 'object');
  delete undefaulted.properties['review'].default;
  assert.throws(() => recipePage(undefaulted), /The key review is optional, and .* does not define/);
});

void test('a build makes the command executable', async () => {
  await access(packagePath('dist/client/main.js'), constants.X_OK);
});

void test('every command is in docs/cli.md and has help', async () => {
  const page = await readFile(packagePath('docs/cli.md'), 'utf8');
  const { stdout, code } = await headrace(['--help'], {});
  assert.equal(code, 0);
  const commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]+) /gm)].map((match) => match[1] ?? '');
  assert.ok(commands.length > 20, commands.join(', '));
  for (const command of commands)
    if (command !== 'help')
      assert.match(page, new RegExp(`\`${command}[ \`]`), `docs/cli.md lacks ${command}`);
});

for (const [reason, { example }] of Object.entries(rejectMeanings))
  if (example !== undefined && reason !== 'bad_json')
    void test(`the example of ${reason} in docs/troubleshooting.md is rejected for it`, () => {
      assert.equal(convertRow(example.format, example.row), reason);
    });
