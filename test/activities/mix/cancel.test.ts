import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { createConvertActivities } from '../../../activities/convert/index.js';
import { createMixActivities } from '../../../activities/mix/index.js';
import { mixSources } from '../../../client/mix/mix-sources.js';
import { createTokeniseActivities } from '../../../activities/tokenise/index.js';
import type { ArtifactKind, ArtifactRef, Batches } from '../../../core/contracts/artifact.js';
import type { MixPlan, MixSource } from '../../../core/contracts/mix.js';
import type { WorkContext } from '../../../core/progress.js';
import { list, parquetFile, struct, text } from '../../../dev/corpora/parquet.js';
import { zstdRaw } from '../mix-rule/source-files.js';
import { train } from '../../support/mix-artifact.js';
import { chatLines, resolveLocal, sourceOf, workbench } from '../../support/local-sources.js';
import { quietWork } from '../../support/work.js';
import { until } from '../../support/until.js';
import { planTokens } from '../../support/plan-tokens.js';

const { folder } = await workbench();
const sizes = { threads: new ThreadPool(2), pieceBytes: 500_000, bucketBytes: 100_000 };
const source = sourceOf('s');
const recipe = { seed: 1, sources: [source], heldout: { fraction: 0.01 }, mix: {} };

const lines = chatLines(0, 60_000);
const columns = [list('messages', (name) => struct(name, text('role'), text('content')))];
const rowsOf = (all: string): object[] =>
  all
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
const longRow = (): string =>
  JSON.stringify({
    messages: [
      { role: 'user', content: 'long' },
      { role: 'assistant', content: 'é "x" '.repeat(5_000_000) },
    ],
  });
/** Of each, what one call to the thread reads is a second of work or so. */
const files: readonly (readonly [string, string, () => Uint8Array])[] = [
  ['JSON lines', 'a.jsonl', () => Buffer.from(lines)],
  ['a gzip file', 'a.jsonl.gz', () => gzipSync(lines, { level: 1 })],
  ['a zstd file', 'a.jsonl.zst', () => zstdRaw(Buffer.from(lines))],
  ['a JSON list', 'a.json', () => Buffer.from(`[${lines.trimEnd().replaceAll('\n', ',')}]`)],
  ['one row group', 'a.parquet', () => parquetFile(rowsOf(lines), columns, 1_000_000)],
  ['one long row', 'long.jsonl', () => Buffer.from(longRow())],
];

/** Artifacts of a kind that are in the store. */
async function countOf(store: ArtifactStore, kind: ArtifactKind): Promise<number> {
  const names = await readdir(join(store.place, 'artifacts', kind), { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith('manifest.json')).length;
}

async function aside(store: ArtifactStore, out: string): Promise<readonly string[]> {
  const results = (await readdir(out)).filter((name) => name.endsWith('.tmp'));
  return [...results, ...(await readdir(join(store.place, 'tmp'), { recursive: true }))];
}

/** Cancels work when something of it, `begun`, is on the disk; nothing of that is left there. */
async function cancelled(
  store: ArtifactStore,
  out: string,
  work: (context: WorkContext) => Promise<unknown>,
  begun: (path: string) => boolean = (path) => path.includes('/'),
): Promise<void> {
  const abort = new AbortController();
  const running = work(quietWork(abort.signal));
  const ended = running.then(
    () => true,
    () => true,
  );
  // A folder may go while it is listed.
  const hasBegun = (): Promise<boolean> =>
    aside(store, out).then(
      (paths) => paths.some(begun),
      () => false,
    );
  await until(
    async () => (await Promise.race([ended, hasBegun()])) || undefined,
    () => 'the work to begin',
    1,
  );
  abort.abort(new Error('cancelled'));
  await assert.rejects(running, { message: 'cancelled' });
  assert.deepEqual(await aside(store, out), []);
}

const whole = ({ items }: Batches) => ({ from: 0, to: items });

for (const [what, name, bytesOf] of files)
  void test(`converting ${what} stops before it is done, and a later run gives the bytes of an undisturbed one`, async () => {
    const dir = await folder();
    await writeFile(join(dir, name), bytesOf());
    const [store, other] = [await openStore(await folder()), await openStore(await folder())];
    const resolution = await resolveLocal(store, [join(dir, name)]);
    const activities = createConvertActivities({ store, ...sizes });
    const asked = { source, resolution, seed: recipe.seed };
    const { plan, pieces } = await activities.planConversion(asked, quietWork());
    const range = whole(pieces);
    await cancelled(store, dir, (work) => activities.convertPieces({ plan, ...range }, work));
    assert.ok((await countOf(store, 'piece')) < range.to);

    const trainOf = async (into: ArtifactStore): Promise<string> => {
      const out = await folder();
      const resolutions = new Map([['s', await resolveLocal(into, [join(dir, name)])]]);
      await mixSources(recipe, { ...sizes, store: into, out, resolutions, work: quietWork() });
      return readFile(join(out, 'train.jsonl'), 'utf8');
    };
    assert.ok((await trainOf(store)) === (await trainOf(other)));
  });

interface Mixed {
  readonly store: ArtifactStore;
  readonly out: string;
  readonly sources: readonly MixSource[];
}

/** Everything up to the mix. */
async function converted(): Promise<Mixed> {
  const [dir, out] = [await folder(), await folder()];
  const store = await openStore(await folder());
  await writeFile(join(dir, 'a.jsonl'), lines);
  const resolution = await resolveLocal(store, [join(dir, 'a.jsonl')]);
  const activities = createConvertActivities({ store, ...sizes });
  const asked = { source, resolution, seed: recipe.seed };
  const { plan, pieces } = await activities.planConversion(asked, quietWork());
  await activities.convertPieces({ plan, ...whole(pieces) }, quietWork());
  const { summary } = await activities.summariseSource({ plan, maxRejectFraction: 0 }, quietWork());
  return { store, out, sources: [{ source, resolution, plan, summary }] };
}

void test('the mix stops in every stage before it is done, and a later one gives the bytes of an undisturbed one', async () => {
  const mixAll = async (disturb: boolean): Promise<string> => {
    const { store, out, sources } = await converted();
    const activities = createMixActivities({ store, ...sizes, threads: new ThreadPool(1) });
    const input = { seed: recipe.seed, sources, heldout: recipe.heldout, mix: recipe.mix };
    const stage = async <Result>(
      left: () => Promise<void>,
      run: (work: WorkContext) => Promise<Result>,
      begun?: (path: string) => boolean,
    ): Promise<Result> => {
      if (disturb) {
        await cancelled(store, out, run, begun);
        await left();
      }
      return run(quietWork());
    };
    const none = (kind: ArtifactKind) => async (): Promise<void> =>
      assert.equal(await countOf(store, kind), 0);
    const planMix = (work: WorkContext): Promise<MixPlan> => activities.planMix(input, work);
    if (disturb) {
      // Its work is a few milliseconds, in one thread.
      const stopped = quietWork(AbortSignal.abort(new Error('cancelled')));
      await assert.rejects(planMix(stopped), { message: 'cancelled' });
      assert.deepEqual(await aside(store, out), []);
      await none('mix-plan')();
    }
    const { plan, partitions } = await planMix(quietWork());
    const all = { plan, from: 0, to: partitions.items };
    await stage(none('mix-count'), (work) => activities.countPartitions(all, work));
    await activities.decideMix({ plan }, quietWork());
    await stage(none('mix-part'), (work) => activities.writePartitions(all, work));
    await stage(
      async () => assert.deepEqual(await readdir(out), []),
      (work) => activities.finishMix({ plan, out }, work),
      (path) => path.startsWith('train.jsonl'),
    );
    return readFile(join(out, 'train.jsonl'), 'utf8');
  };
  assert.ok((await mixAll(true)) === (await mixAll(false)));
});

void test('tokenising stops before it is done, and a later run gives the tokens of an undisturbed one', async () => {
  const dir = await folder();
  await writeFile(join(dir, 'a.jsonl'), chatLines(0, 20_000));
  const model = fileURLToPath(new URL('../../../../dev/tinker/model-files/tiny-qwen3', import.meta.url));
  const tokeniseAll = async (disturb: boolean): Promise<ArtifactRef> => {
    const [store, out] = [await openStore(await folder()), await folder()];
    const resolutions = new Map([['s', await resolveLocal(store, [join(dir, 'a.jsonl')])]]);
    const mixed = await mixSources(recipe, { ...sizes, store, out, resolutions, work: quietWork() });
    const tokenizers = { developmentModelDir: async () => model };
    const activities = createTokeniseActivities({
      store,
      tokenizers,
      threads: new ThreadPool(1),
      pieceBytes: 100_000,
    });
    const { plan, pieces } = await planTokens(activities, mixed.plan, { train: train(), out });
    const range = whole(pieces);
    const tokenise = (work: WorkContext) => activities.tokenisePieces({ plan, ...range }, work);
    if (disturb) {
      await cancelled(store, out, tokenise);
      assert.ok((await countOf(store, 'token-piece')) < range.to);
    }
    await tokenise(quietWork());
    return (await activities.finishTokens({ plan }, quietWork())).tokens;
  };
  // The key is a hash of all tokens.
  assert.deepEqual(await tokeniseAll(true), await tokeniseAll(false));
});
