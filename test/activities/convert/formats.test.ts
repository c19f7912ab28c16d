import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { inspectSource } from '../../../activities/hub/resolve/inspect-source.js';
import { previewSource, type SourcePreview } from '../../../client/preview/preview-source.js';
import { mixSources } from '../../../client/mix/mix-sources.js';
import { downloadAll, sourceOf, startFixture, type Fixture } from '../../support/hub.js';

/**
 * The same rows in every kind of file that a source may have; `make_golden.py` there makes them.
 */
const golden = fileURLToPath(new URL('../../../../test/golden/formats/', import.meta.url));
const inFiles = (name: string): string => join(golden, 'files', name);

interface Mixed {
  readonly train: string;
  readonly counts: Readonly<Record<string, unknown>>;
}

/** Mixes one source as a run would: resolves it, fetches what is not here, converts all of it. */
function mixerOf(fixture: Fixture): (fields: Readonly<Record<string, unknown>>) => Promise<Mixed> {
  const { out, store, work } = fixture;
  const activities = fixture.activities();
  return async (fields) => {
    const source = sourceOf({ filter: { lang: ['en', 'de'] }, max_reject_fraction: 1, ...fields });
    const resolved = await activities.resolveSource({ source, out }, work);
    await downloadAll(fixture, activities, resolved);
    const resolutions = new Map([[source.name, resolved.resolution]]);
    const recipe = { seed: 1, sources: [source], heldout: { fraction: 0 }, mix: {} };
    const { summaries } = await mixSources(recipe, {
      store,
      threads: new ThreadPool(1),
      pieceBytes: 900,
      out,
      resolutions,
      work,
    });
    const [summary] = summaries;
    assert.ok(summary !== undefined);
    const { rows, read, filtered, rejected, rejectedBy, converted } = summary;
    return {
      train: await readFile(join(out, 'train.jsonl'), 'utf8'),
      counts: { rows, read, filtered, rejected, rejectedBy, converted },
    };
  };
}

void test('every kind of file gives the same rows, from the disk and from the Hub', async (t) => {
  const names = (await readdir(inFiles(''))).sort();
  const served = await Promise.all(
    names.map(async (name) => [`datasets/demo/formats/${name}`, await readFile(inFiles(name))] as const),
  );
  const fromDisk = mixerOf(await startFixture(t, {}));
  // With a store of its own, so that nothing that was converted from the disk is used again.
  const fromHub = mixerOf(await startFixture(t, Object.fromEntries(served)));
  const expected = await fromDisk({ files: join(golden, 'rows.jsonl') });
  assert.deepEqual(expected.counts, {
    rows: 21,
    read: 21,
    filtered: 1,
    rejected: 6,
    rejectedBy: { blank_content: 1, content_not_text: 1, no_messages: 3, unknown_role: 1 },
    converted: 14,
  });
  for (const name of names) {
    await t.test(`${name} on the disk`, async () => {
      assert.deepEqual(await fromDisk({ files: inFiles(name) }), expected);
    });
    await t.test(`${name} on the Hub`, async () => {
      assert.deepEqual(await fromHub({ dataset: 'demo/formats', data_files: name }), expected);
    });
  }
});

void test('the head of every kind of file is shown as it is converted, from the disk and from the Hub', async (t) => {
  const names = (await readdir(inFiles(''))).sort();
  const served = await Promise.all(
    names.map(async (name) => [`datasets/demo/formats/${name}`, await readFile(inFiles(name))] as const),
  );
  const fixture = await startFixture(t, Object.fromEntries(served));
  const preview = async (fields: Readonly<Record<string, unknown>>): Promise<SourcePreview> => {
    const source = sourceOf(fields);
    const inspection = await inspectSource(fixture.access(), { source, out: fixture.out }, fixture.work);
    return previewSource(fixture.store, source, inspection, 1);
  };
  const first = [
    { role: 'user', content: 'How does bread rise?' },
    { role: 'assistant', content: 'Yeast makes gas; dough holds it.' },
  ];
  for (const name of names) {
    assert.deepEqual((await preview({ files: inFiles(name) })).rows[0]?.after?.messages, first, name);
    const onHub = preview({ dataset: 'demo/formats', data_files: name });
    // Its footer is at the end of what is packed.
    if (/\.parquet\.(gz|zst)$/.test(name)) await assert.rejects(onHub, /is packed parquet.*no preview/);
    else assert.deepEqual((await onHub).rows[0]?.after?.messages, first, name);
  }
});
