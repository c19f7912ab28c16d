import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';

import { artifactKey } from '../../../activities/artifacts/store.js';
import { createConvertActivities } from '../../../activities/convert/index.js';
import { explainPieces } from '../../../activities/convert/plan/explain-pieces.js';
import { mixSources } from '../../../client/mix/mix-sources.js';
import { parquetFile, bool, float64, list, struct, text } from '../../../dev/corpora/parquet.js';
import { sourcePath } from '../../support/source-path.js';
import { chatLines, resolveLocal, sourceOf, workbench } from '../../support/local-sources.js';
import { quietWork } from '../../support/work.js';

const { store, folder, mixFiles } = await workbench();
const activities = createConvertActivities({ store, threads: new ThreadPool(2), pieceBytes: 2000 });
const work = quietWork();

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await folder(), name);
  await writeFile(path, content);
  return path;
}
const plan = async (path: string, more = {}) =>
  activities.planConversion(
    {
      source: sourceOf('s', more),
      resolution: await resolveLocal(store, [path]),
      seed: 1,
    },
    work,
  );

void test('a plan cuts a file into pieces, of which a batch has several where the store is a folder', async () => {
  const path = await fileOf('a.jsonl', chatLines(0, 3000));
  const { pieces } = await plan(path);
  assert.equal(pieces.bytes, (await stat(path)).size);
  assert.ok(pieces.items > 32 && pieces.itemsPerBatch >= 4, JSON.stringify(pieces));
});

void test('small files that follow each other share a piece', async () => {
  const dir = await folder();
  const paths = Array.from({ length: 30 }, (_, index) => join(dir, `part${index}.jsonl`));
  for (const [index, path] of paths.entries()) await writeFile(path, chatLines(index, index + 1));
  const resolution = await resolveLocal(store, paths);
  const { pieces } = await activities.planConversion({ source: sourceOf('s'), resolution, seed: 1 }, work);
  assert.ok(pieces.items < 6);
});

void test('pieces that are in the store are used again, also under other limits and another name', async () => {
  const path = await fileOf('a.jsonl', chatLines(50, 150));
  const first = await mixFiles([path], { rows: 3 }, { pieceBytes: 3000 });
  const second = await mixFiles([path], { rows: 50 }, { pieceBytes: 3000 });
  const renamed = await plan(path, { name: 'other' });
  assert.ok(first.pieces > 2 && first.reusedPieces === 0);
  assert.equal(second.reusedPieces, second.pieces);
  assert.equal(renamed.format, 'messages');
});

void test('each piece has a reason why it is reused or not', async () => {
  const path = await fileOf('why.jsonl', chatLines(5000, 5100));
  const reasonsOf = async (more: object = {}): Promise<readonly string[]> => {
    const planned = await plan(path, more);
    return [...new Set((await explainPieces(store, planned.plan)).map(({ reason }) => reason))];
  };
  assert.deepEqual(await reasonsOf(), ['no plan had this file before']);
  const planned = await plan(path);
  assert.match((await reasonsOf({ filter: { n: 1 } }))[0] ?? '', /the filter changed/);
  assert.match((await reasonsOf({ name: 'other' }))[0] ?? '', /planned before, and is not in the store/);
  await activities.convertPieces({ plan: planned.plan, from: 0, to: planned.pieces.items }, work);
  assert.deepEqual(await reasonsOf(), ['the store has these bytes, converted by these rules']);
  await writeFile(path, chatLines(5000, 5001), { flag: 'a' });
  assert.ok((await reasonsOf()).includes('the file has other bytes than before'));
});

void test('a file that grew since it was resolved stops the run', async () => {
  const path = await fileOf('a.jsonl', chatLines(200, 260));
  const planned = await plan(path);
  await writeFile(path, chatLines(0, 2), { flag: 'a' });
  await assert.rejects(activities.convertPieces({ plan: planned.plan, from: 0, to: 1 }, work), {
    type: 'FileChangedError',
  });
});

void test('a file of the same size that was written to since it was resolved stops the run', async () => {
  const path = await fileOf('a.jsonl', chatLines(300, 360));
  const planned = await plan(path);
  await utimes(path, 1, 1);
  await assert.rejects(activities.convertPieces({ plan: planned.plan, from: 0, to: 1 }, work), {
    type: 'FileChangedError',
  });
});

void test('too many rejects name the first ones by file and line, and nothing of their text', async () => {
  const path = await fileOf('bad.jsonl', `${chatLines(0, 8)}secret words\n{"messages":[]}\n`);
  await assert.rejects(
    mixFiles([path], { max_reject_fraction: 0.19 }),
    (error: Error & { type?: string }) => {
      assert.equal(error.type, 'TooManyRejectsError');
      assert.match(
        error.message,
        /2 of 10 conversations \(20\.0 %\).*1 bad_json, 1 no_messages.*bad\.jsonl:9 bad_json; bad\.jsonl:10 no_messages/,
      );
      assert.doesNotMatch(error.message, /secret/);
      return true;
    },
  );
  const allowed = await mixFiles([path], { max_reject_fraction: 0.2 });
  assert.equal(allowed.lines.length, 8);
});

void test('a source without rows is an error', async () => {
  const path = await fileOf('blank.jsonl', '\n \n');
  await assert.rejects(mixFiles([path], { format: 'messages' }), {
    type: 'FormatError',
    message: /s has no rows/,
  });
});

void test('of lmsys parquet only roles, contents, filtered columns and flags are read', async () => {
  const scores = (name: string) => struct(name, float64('hate'), float64('harassment'));
  const columns = [
    list('conversation', (name) => struct(name, text('content'), text('role'))),
    text('language'),
    text('model'),
    list('openai_moderation', (name) => struct(name, scores('category_scores'), bool('flagged'))),
  ];
  const rows = Array.from({ length: 20 }, (_, number) => ({
    conversation: [
      { content: `q${number}`, role: 'user' },
      { content: `a${number}`, role: 'assistant' },
    ],
    language: number % 2 === 0 ? 'English' : 'Dutch',
    model: 'm',
    openai_moderation: [{ category_scores: { hate: 0.1, harassment: 0.2 }, flagged: number % 4 === 0 }],
  }));
  const bytes = Buffer.from(parquetFile(rows, columns, 7));
  const { lines, summaries } = await mixFiles([await fileOf('a.parquet', bytes)], {
    filter: { language: 'English', flagged: false },
  });
  assert.equal(summaries[0]?.format, 'lmsys');
  assert.deepEqual(lines.map((line) => /q\d+/.exec(line)?.[0] ?? '').sort(), [
    'q10',
    'q14',
    'q18',
    'q2',
    'q6',
  ]);
});

void test('rows of a dialogue are found in all files and pieces', async () => {
  const dir = await folder();
  const row = (dialogue: number, response: number) =>
    `${JSON.stringify({ context: `c${dialogue}.${response}`, response: `r${dialogue}.${response}`, dialogue_id: dialogue, response_id: response, episode_done: response === 3 })}\n`;
  const order = [3, 0, 2, 1];
  const paths = await Promise.all(
    order.map(async (response) => {
      const path = join(dir, `part${response}.jsonl`);
      await writeFile(path, Array.from({ length: 40 }, (_, dialogue) => row(dialogue, response)).join(''));
      return path;
    }),
  );
  for (const pieceBytes of [500, 100_000]) {
    const { lines, summaries } = await mixFiles(paths, {}, { pieceBytes });
    assert.deepEqual([summaries[0]?.format, summaries[0]?.rows, summaries[0]?.read], ['prosocial', 160, 40]);
    assert.equal(lines.length, 40);
    assert.ok(
      lines.every((line) => (line.match(/c\d+\.\d/g) ?? []).map((turn) => turn.at(-1)).join('') === '0123'),
    );
  }
});

void test('a rejected dialogue is shown by its first row, with the columns of the file', async () => {
  const rows = ['yes', 'no'].map((response) => ({
    Frage: 'q',
    response,
    dialogue_id: 7,
    response_id: 0,
    n: 1,
  }));
  const path = await fileOf('d.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const { out } = await mixFiles([path], {
    format: 'prosocial',
    fields: { context: 'Frage' },
    filter: { n: 1 },
    max_reject_fraction: 1,
  });
  const [line = ''] = (await readFile(join(out, 'rejects.jsonl'), 'utf8')).split('\n');
  const reject = JSON.parse(line) as { readonly reason: string; readonly text: string };
  assert.equal(reject.reason, 'conflicting_turns');
  assert.deepEqual(JSON.parse(reject.text), { ...rows[0], episode_done: false });
});

void test('zero-byte files are skipped and listed', async () => {
  const dir = await folder();
  await writeFile(join(dir, 'toefl_1.jsonl'), chatLines(0, 3));
  await writeFile(join(dir, 'toefl_2.jsonl'), '');
  const { summaries, out } = await mixFiles([join(dir, 'toefl_1.jsonl'), join(dir, 'toefl_2.jsonl')]);
  assert.deepEqual([summaries[0]?.files, summaries[0]?.emptyFiles], [1, 1]);
  assert.match(
    await readFile(join(out, 'manifest.json'), 'utf8'),
    /"empty_files": \[\s+"toefl_2\.jsonl"\s+\]/,
  );
});

void test('the path in the repository names the kind of a Hub file, and the manifest names dataset and commit', async () => {
  const bytes = gzipSync(chatLines(700, 720));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = { path: 'data/train-00000.jsonl.gz', sizeBytes: bytes.length, sha256 };
  const meta = {
    kind: 'hub',
    dataset: 'owner/name',
    commitSha: 'c'.repeat(40),
    config: 'default',
    split: 'train',
  } as const;
  const blob = await sourcePath(store, meta, file);
  await mkdir(dirname(blob), { recursive: true });
  await writeFile(blob, bytes);
  const resolution = { kind: 'resolution', key: artifactKey('resolution', 1, { meta, file }) } as const;
  await store.put(resolution, async (dir) => {
    await writeFile(join(dir, 'files.json'), JSON.stringify({ files: [file], emptyFiles: [] }));
    return meta;
  });
  const out = await folder();
  const recipe = { seed: 1, sources: [sourceOf('hub')], heldout: { fraction: 0 }, mix: {} };
  const call = { store, threads: new ThreadPool(1), out, resolutions: new Map([['hub', resolution]]), work };
  const { train } = await mixSources(recipe, call);
  assert.equal(train.lines, 20);
  const manifest = await readFile(join(out, 'manifest.json'), 'utf8');
  assert.match(manifest, /"dataset": "owner\/name",\s+"commit": "c{40}"/);
  assert.match(manifest, /"name": "data\/train-00000\.jsonl\.gz"/);
});
