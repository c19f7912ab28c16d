import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { mixSources } from '../../../client/mix/mix-sources.js';
import { readRecipeFile, type ResolvedRecipe } from '../../../client/recipe/recipe-file.js';
import { shippedHubRoot } from '../../../dev/stack/shipped.js';
import { packagePath } from '../../../files/package-path.js';
import { downloadAll, startFixture } from '../../support/hub.js';
import { recipeFrom } from '../../support/recipes.js';
import { sha256 } from '../../support/sha256.js';

/** A recipe of corpora that have roles and words alone. */
const plainRecipe = `
name: demo
seed: 17
sources:
  - name: ultrachat
    files: dev/corpora/data/local/ultrachat_200k_train_sft.jsonl
    max_reject_fraction: 0.02
  - name: toefl
    files:
      - dev/corpora/data/local/toefl_synth_followups_5k_*.jsonl
      - dev/corpora/data/local/toefl_synth_followups_10_part*_*.jsonl
    max_reject_fraction: 0.02
  - name: prosocial
    dataset: allenai/prosocial-dialog
    filter: { safety_label: [__casual__, __possibly_needs_caution__, __probably_needs_caution__] }
  - name: lmsys
    dataset: lmsys/lmsys-chat-1m
    filter: { language: English, redacted: false, flagged: false }
    share: 0.2
  - name: magpie
    dataset: Magpie-Align/magpie-llama-3.1-pro-300k-filtered
    filter: { language: EN, input_quality: [good, excellent] }
    share: 0.15
heldout: { fraction: 0.05, rows: 20 }
`;

async function mixShipped(t: TestContext, recipe: ResolvedRecipe) {
  const fixture = await startFixture(t, {}, { root: shippedHubRoot });
  const { out, store, work } = fixture;
  const activities = fixture.activities({ HF_TOKEN: 'hf_demo' });
  const resolutions = new Map<string, ArtifactRef>();
  for (const source of recipe.sources) {
    const resolved = await activities.resolveSource({ source, out }, work);
    await downloadAll(fixture, activities, resolved);
    resolutions.set(source.name, resolved.resolution);
  }
  const threads = new ThreadPool(1);
  const { summaries } = await mixSources(recipe, { store, out, work, resolutions, threads });
  const sha256s = [await sha256(join(out, 'train.jsonl')), await sha256(join(out, 'heldout.jsonl'))];
  return { summaries, sha256s };
}

void test('corpora of roles and words alone give the bytes that the mix rule without the further fields gives', async (t) => {
  const { summaries, sha256s } = await mixShipped(t, recipeFrom(plainRecipe, packagePath('.')));
  assert.deepEqual(sha256s, [
    '0dd9a922b4c0b5f44a87cfc189f7a2cc869212297e2703d965fc892a6eaf54e5',
    'cac7197a8abc35684b680a02cc17fb3037362728b4a7ef98e1f22fe02071cf08',
  ]);
  for (const { name, unread, holds } of summaries)
    assert.deepEqual([unread, Object.values(holds).some((count) => count > 0)], [{}, false], name);
});

void test("the demo's recipe gives the files whose sha256 the README shows", async (t) => {
  const recipe = await readRecipeFile(packagePath('recipes/demo.yaml'), { cwd: packagePath('.') });
  const readme = await readFile(packagePath('README.md'), 'utf8');
  const shown = [...readme.matchAll(/^ +sha256 ([0-9a-f]{64})$/gm)].map((match) => match[1]);
  const { sha256s } = await mixShipped(t, recipe);
  assert.deepEqual(sha256s, shown);
});
