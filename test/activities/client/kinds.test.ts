import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checkSource, type CheckedSource } from '../../../client/doctor/check-source.js';
import { createPlanner, planSource, type SourcePlan } from '../../../client/plan/plan-source.js';
import { parseRecipe } from '../../../client/recipe/recipe-file.js';
import { headNotes } from '../../../client/text/head-notes.js';
import { startFixture } from '../../support/hub.js';
import { chatLines } from '../../support/local-sources.js';

interface Looks {
  readonly plan: () => Promise<SourcePlan>;
  readonly doctor: () => Promise<CheckedSource>;
}

/** Looks at one file, as a local one and as one of the Hub. */
async function looks(t: TestContext, bytes: string | Uint8Array): Promise<readonly Looks[]> {
  const fixture = await startFixture(t, { 'datasets/o/n/train.jsonl': bytes });
  const local = { store: fixture.store, env: {}, hub: fixture.access(), work: fixture.work };
  return [`files: ${join(fixture.dir, 'hub/datasets/o/n/train.jsonl')}`, 'dataset: o/n'].map((origin) => {
    const recipe = parseRecipe(`name: r\nsources: [{ name: s, ${origin} }]\n`, 'r.yaml', {
      cwd: fixture.dir,
    });
    const [source] = recipe.sources;
    assert.ok(source);
    return {
      plan: async () => (await planSource(createPlanner(local, recipe, false), source)).plan,
      doctor: () => checkSource(local, recipe, source),
    };
  });
}

const note = 'train.jsonl is not what its name says: it is read as JSON Lines packed with gzip';

void test('plan and doctor read a file as what it is, and show where that is not what its name says', async (t) => {
  for (const { plan, doctor } of await looks(t, gzipSync(chatLines(0, 5)))) {
    const { notes, head } = await plan();
    assert.deepEqual(notes, [note]);
    assert.equal(head?.findings.converted, 5);
    const { checks } = await doctor();
    const warnings = checks.filter(({ status }) => status === 'warning').map(({ message }) => message);
    assert.deepEqual(warnings, [note]);
  }
});

void test('plan and doctor fail on a file that is no data, with the same words and what to do', async (t) => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`;
  for (const { plan, doctor } of await looks(t, pointer)) {
    await assert.rejects(plan(), { type: 'FileKindError', message: /train\.jsonl is a Git LFS pointer/ });
    const { checks } = await doctor();
    const failure = checks.find(({ status }) => status === 'failed');
    assert.match(failure?.message ?? '', /train\.jsonl is a Git LFS pointer, not the data/);
    assert.match(failure?.remedy ?? '', /git lfs pull/);
  }
});

void test('plan and doctor count the first rows that have numbers that are not finite', async (t) => {
  const text = chatLines(0, 5).replaceAll(/\}\n/g, ', "score": NaN}\n');
  for (const { plan, doctor } of await looks(t, text)) {
    const { head } = await plan();
    assert.ok(head);
    const counted = '5 rows have NaN, Infinity or -Infinity, which JSON does not have: read as null';
    assert.equal(headNotes(head)[0], `s: in the first 5 rows: ${counted}`);
    const { checks } = await doctor();
    assert.ok(checks.some(({ message }) => message.includes(`5 converted; ${counted}`)));
  }
});
