import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { mixSources } from '../../../client/mix/mix-sources.js';
import { packagePath } from '../../../files/package-path.js';
import { downloadAll, startFixture } from '../../support/hub.js';
import { recipeFrom } from '../../support/recipes.js';
import { hermesCalls, openai, toolace, xlam } from './calls.js';
import { lmsys, magpie, prosocial, tulu, ultrachat } from './chats.js';
import { nothingHeld, type Counts, type DataSet } from './data-set.js';
import { agentinstruct, dolly, openhermes, openorca, openthoughts, slimorca, trl } from './instructions.js';

/** By the names of docs/recipe.md. */
const dataSets: Readonly<Record<string, () => DataSet>> = {
  ultrachat,
  lmsys,
  magpie,
  prosocial,
  tulu,
  openorca,
  slimorca,
  openhermes,
  agentinstruct,
  dolly,
  'hermes-calls': hermesCalls,
  xlam,
  toolace,
  openai,
  openthoughts,
  trl,
};

const nothingCounted: Counts = {
  filtered: 0,
  unread: {},
  blankSystem: 0,
  trailing: 0,
  holds: nothingHeld,
};

/** The sources of docs/recipe.md, as a reader copies them. */
async function shownSources(): Promise<string> {
  const page = await readFile(packagePath('docs/recipe.md'), 'utf8');
  const [, section = ''] = page.split('### Data sets by name\n');
  return /```yaml\n(.*?)```/s.exec(section)?.[1] ?? '';
}

const shown = recipeFrom(`name: shown\n${await shownSources()}`, process.cwd());

void test('docs/recipe.md shows a source for each of the data sets, and for no other', () => {
  assert.deepEqual(
    shown.sources.map(({ name }) => name),
    Object.keys(dataSets),
  );
});

for (const [name, dataSet] of Object.entries(dataSets))
  void test(`${name} is read whole by the source that docs/recipe.md shows`, async (t) => {
    const { files, lines, counts } = dataSet();
    const fixture = await startFixture(
      t,
      Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('datasets/'))),
    );
    for (const [path, content] of Object.entries(files)) {
      if (path.startsWith('datasets/')) continue;
      await mkdir(dirname(join(fixture.dir, path)), { recursive: true });
      await writeFile(join(fixture.dir, path), content);
    }
    const recipe = recipeFrom(`name: shown\n${await shownSources()}`, fixture.dir);
    const source = recipe.sources.find((each) => each.name === name);
    assert.ok(source !== undefined);
    const { out, store, work } = fixture;
    const activities = fixture.activities();
    const resolved = await activities.resolveSource({ source, out }, work);
    await downloadAll(fixture, activities, resolved);
    const { summaries } = await mixSources(
      { seed: 1, sources: [source], heldout: { fraction: 0 }, mix: {} },
      {
        store,
        out,
        work,
        threads: new ThreadPool(1),
        resolutions: new Map([[name, resolved.resolution]]),
      },
    );
    const [summary] = summaries;
    assert.ok(summary !== undefined);
    const written = (await readFile(join(out, 'train.jsonl'), 'utf8')).split('\n').slice(0, -1);
    assert.deepEqual(written.sort(), [...new Set(lines)].sort());
    assert.deepEqual(summary.rejectedBy, {});
    const { filtered, unread, blankSystem, trailing, holds } = summary;
    assert.deepEqual({ filtered, unread, blankSystem, trailing, holds }, { ...nothingCounted, ...counts });
  });
