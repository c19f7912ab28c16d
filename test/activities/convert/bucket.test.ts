import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { z } from 'zod';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { createConvertActivities } from '../../../activities/convert/index.js';
import { PieceMeta } from '../../../activities/convert/output/piece-meta.js';
import { indexName, linesName } from '../../../activities/convert/output/sorted-run-format.js';
import { convertedPieces, readConversionPlan } from '../../../activities/convert/plan/conversion-plan.js';
import { createHubAccess } from '../../../activities/hub/hub-access.js';
import { createHubActivities } from '../../../activities/hub/index.js';
import { importSource } from '../../../activities/hub/import/import-source.js';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { surveyStore } from '../../../client/cache/survey.js';
import { mixRecipe } from '../../../client/mix/mix-recipe.js';
import { parseRecipe } from '../../../client/recipe/recipe-file.js';
import type { SourceSummary } from '../../../core/contracts/conversion.js';
import { messageOf } from '../../../core/errors.js';
import type { Source } from '../../../core/recipe.js';
import { sha256 } from '../../../files/sha256.js';
import { temporaryFolder } from '../../support/folder.js';
import { chatLines, sourceOf } from '../../support/local-sources.js';
import { openTestStore } from '../../support/s3-store.js';
import { s3Server, type TestS3 } from '../../support/s3.js';
import { quietWork } from '../../support/work.js';

const pieceBytes = 5_000_000;
const chunkBytes = 16 << 20;
const threads = new ThreadPool(2);
const work = quietWork();

/** Rows of some hundred bytes, as many as make `bytes`; the texts do not compress. */
function manyLines(bytes: number): string {
  const lines: string[] = [];
  for (let [number, length] = [0, 0]; length < bytes; number += 1) {
    const text = Array.from({ length: 9 }, (_, part) => sha256(`${number} ${part}`).toString('hex')).join(
      ' ',
    );
    const line = `{"messages":[{"role":"user","content":"${number}"},{"role":"assistant","content":"${text}"}]}\n`;
    lines.push(line);
    length += line.length;
  }
  return lines.join('');
}

function parquetOf(lines: string, rowGroupSize: number): Uint8Array {
  const rows = lines.split('\n').slice(0, -1);
  const texts = rows.map((line) => line.slice(line.indexOf('assistant') + 22, -4));
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'prompt', data: rows.map((_, number) => `question ${number}`), type: 'STRING' },
        { name: 'unused', data: texts.map((text) => text.repeat(3)), type: 'STRING' },
        { name: 'response', data: texts, type: 'STRING' },
      ],
      codec: 'UNCOMPRESSED',
      rowGroupSize,
    }),
  );
}

async function converted(
  store: ArtifactStore,
  source: Source,
  s3: TestS3 | undefined,
  out: string,
): Promise<{ readonly summary: SourceSummary; readonly lines: string[]; readonly planned: number }> {
  const hub = createHubAccess({ store, env: {}, threads });
  if (store.medium.kind === 'objects')
    await importSource(
      hub,
      store.medium.objects,
      { name: 's', patterns: [source.files ?? ''].flat(), out },
      work,
    );
  const { resolution } = await createHubActivities(hub).resolveSource({ source, out }, work);
  const convert = createConvertActivities({ store, threads, pieceBytes });
  s3?.proxy.resetCounts();
  const plan = await convert.planConversion({ source, resolution, seed: 1 }, work);
  const planned = s3?.proxy.counts().GetObject?.receivedBytes ?? 0;
  const to = plan.pieces.items;
  await convert.convertPieces({ plan: plan.plan, from: 0, to }, work);
  const groups = plan.dialoguePartitions.items;
  if (groups > 0) await convert.groupDialogues({ plan: plan.plan, from: 0, to: groups }, work);
  const summary = await convert.summariseSource({ plan: plan.plan, maxRejectFraction: 1 }, work);
  const lines: string[] = [];
  for (const { ref } of convertedPieces(await readConversionPlan(store, plan.plan))) {
    const piece = await store.get(ref);
    for (const run of PieceMeta.parse(piece.meta).sortedRuns.keys()) {
      assert.ok(indexName(run) in piece.files);
      lines.push(...(await store.text(piece, linesName(run))).split('\n').slice(0, -1));
    }
  }
  return { summary, lines: lines.sort(), planned };
}

async function inBoth(context: TestContext, source: Source) {
  const local = await openStore(join(await temporaryFolder(context), 'store'));
  const fromFolder = await converted(local, source, undefined, join(local.place, 'out'));
  const s3 = await s3Server(context);
  const { store } = await openTestStore(s3);
  const fromBucket = await converted(store, source, s3, `${s3.place}/runs/r`);
  const { summary: ref } = fromBucket.summary;
  assert.deepEqual(fromBucket.summary, { ...fromFolder.summary, summary: ref });
  assert.deepEqual(fromBucket.lines, fromFolder.lines);
  return { ...fromBucket, s3 };
}

void test('lines in a bucket are converted as on a disk, and planning them reads one chunk of the file', async (t) => {
  const path = join(await temporaryFolder(t), 'a.jsonl');
  const text = `${manyLines(36_000_000)}not JSON\n${chatLines(0, 10)}`;
  await writeFile(path, text);
  const { lines, planned, summary } = await inBoth(t, sourceOf('s', { files: path }));
  assert.equal(lines.length, text.split('\n').length - 2);
  assert.deepEqual(summary.rejectedBy, { bad_json: 1 });
  assert.ok(planned >= chunkBytes && planned < 1.5 * chunkBytes, `${planned} bytes were read`);
});

void test('parquet in a bucket is converted as on a disk, and only its footer and columns are read', async (t) => {
  const path = join(await temporaryFolder(t), 'a.parquet');
  const bytes = parquetOf(manyLines(16_000_000), 20_000);
  await writeFile(path, bytes);
  assert.ok(bytes.length > 3 * chunkBytes);
  const source = sourceOf('s', { files: path, format: 'prompt-response' });
  const { lines, planned } = await inBoth(t, source);
  assert.ok(lines.length > 20_000);
  assert.ok(planned < 2.5 * chunkBytes, `${planned} of ${bytes.length} bytes were read`);
});

void test('the error of too many rejects names an object of the bucket that has them as lines, which gc keeps with its artifact', async (t) => {
  const folder = await temporaryFolder(t);
  const s3 = await s3Server(t);
  await writeFile(join(folder, 'bad.jsonl'), `${chatLines(0, 3)}not JSON\n{"messages":[]}\n`);
  const recipe = parseRecipe('name: r\nsources: [{ name: s, files: bad.jsonl }]\n', 'recipe.yaml', {
    cwd: folder,
    store: s3.place,
  });
  const mixing = mixRecipe(recipe, { storeRoot: s3.place, env: { ...s3.env } });
  const failure = await mixing.then(() => 'none', messageOf);
  const [, place = ''] = /All of them: (s3:\S+\/rejects\.jsonl)/.exec(failure) ?? [];
  const rejects = await readFile(place.replace(`s3://${s3.bucket}`, s3.bucketDir), 'utf8');
  assert.deepEqual(
    rejects
      .trimEnd()
      .split('\n')
      .map((line) => z.object({ reason: z.string() }).parse(JSON.parse(line)).reason),
    ['bad_json', 'no_messages'],
  );
  assert.deepEqual((await surveyStore(await openStore(s3.place, { env: s3.env }))).orphans, []);
});
