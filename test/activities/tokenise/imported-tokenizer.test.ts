import assert from 'node:assert/strict';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../../activities/artifacts/open-store.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { createHubAccess } from '../../../activities/hub/hub-access.js';
import type { ImportOutcome } from '../../../activities/hub/import/import-source.js';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { createTokeniseActivities } from '../../../activities/tokenise/index.js';
import { importTokenizer } from '../../../activities/tokenise/tokenizer/imported-tokenizer.js';
import type { TokenPlan, TokensResult } from '../../../core/contracts/tokens.js';
import { packagePath } from '../../../files/package-path.js';
import { temporaryFolder } from '../../support/folder.js';
import { assistant, putMix, train, user, type Row } from '../../support/mix-artifact.js';
import { s3Server } from '../../support/s3.js';
import { sha256 } from '../../support/sha256.js';
import { quietWork } from '../../support/work.js';
import { planTokens } from '../../support/plan-tokens.js';

const threads = new ThreadPool(1);
const rows: Row[] = Array.from({ length: 30 }, (_, index) => ({
  source: 0,
  messages: [user(`Question ${index}?`), assistant(`Answer ${index} — naïve 你好.`)],
}));

interface Ready {
  /** A folder with a tokenizer, which the client sees. */
  readonly folder: string;
  readonly send: () => Promise<ImportOutcome>;
  /** The store as another machine has it. */
  readonly worker: () => Promise<ArtifactStore>;
}

const out = 's3://headrace-test/store/runs/r';

async function ready(context: TestContext): Promise<Ready> {
  const s3 = await s3Server(context);
  const dir = await temporaryFolder(context);
  const folder = join(dir, 'tok [v1]');
  await cp(packagePath('dev/tinker/model-files/tiny-qwen3'), folder, { recursive: true });
  let machines = 0;
  const machine = async (): Promise<ArtifactStore> => {
    machines += 1;
    return await openStore(s3.place, { env: { ...s3.env, HEADRACE_CACHE: join(dir, `${machines}`) } });
  };
  return {
    folder,
    send: async () => {
      const store = await machine();
      assert.ok(store.medium.kind === 'objects');
      const hub = createHubAccess({ store, env: { HF_HOME: dir }, threads });
      return await importTokenizer(hub, store.medium.objects, { folder, out }, quietWork());
    },
    worker: machine,
  };
}

async function tokenise(
  store: ArtifactStore,
  folder: string,
): Promise<{
  readonly plan: Pick<TokenPlan, 'plan' | 'tokenizer'>;
  readonly result: TokensResult;
  readonly files: Readonly<Record<string, string>>;
}> {
  const { mixPlan } = await putMix(store, { train: rows, sources: ['chats'] });
  const activities = createTokeniseActivities({ store, tokenizers: {}, threads });
  const input = { train: train({ tokenizer: folder }), out };
  const { plan, tokenizer, pieces } = await planTokens(activities, mixPlan, input);
  await activities.tokenisePieces({ plan, from: 0, to: pieces.items }, quietWork());
  const result = await activities.finishTokens({ plan }, quietWork());
  const artifact = await store.get(result.tokens);
  const names = Object.keys(artifact.files).sort();
  const digests = await store.bring(
    names.map((file) => ({ artifact, file })),
    async (paths) => await Promise.all(paths.map((path) => sha256(path))),
  );
  const files = Object.fromEntries(names.map((name, index) => [name, digests[index] ?? '']));
  return { plan: { plan, tokenizer }, result, files };
}

void test('the tokens of a folder that a client has sent are those of a store in a folder, on a machine that does not have it', async (context) => {
  const { folder, send, worker } = await ready(context);
  const onDisk = await tokenise(await openStore(await temporaryFolder(context)), folder);
  const sent = await send();
  assert.deepEqual([sent.files, sent.sentBytes], [2, sent.bytes]);
  assert.equal((await send()).sentBytes, 0, 'the same bytes are sent once');
  await rm(folder, { recursive: true });

  assert.deepEqual(await tokenise(await worker(), folder), onDisk);
});

void test('a folder that has changed is another tokenizer, once it is sent', async (context) => {
  const { folder, send, worker } = await ready(context);
  await send();
  const before = await tokenise(await worker(), folder);
  const config = join(folder, 'tokenizer_config.json');
  await writeFile(config, `${await readFile(config, 'utf8')} `);
  assert.deepEqual((await tokenise(await worker(), folder)).plan, before.plan, 'what was sent counts');

  const { length } = await readFile(config);
  assert.equal((await send()).sentBytes, length, 'the vocabulary is there already');
  const after = await tokenise(await worker(), folder);
  const onDisk = await tokenise(await openStore(await temporaryFolder(context)), folder);
  assert.notEqual(after.plan.plan.key, before.plan.plan.key);
  assert.notEqual(after.plan.tokenizer, before.plan.tokenizer);
  assert.deepEqual(after, onDisk);
});

void test('a folder that nobody has sent, and one without a tokenizer, are named', async (context) => {
  const { folder, send, worker } = await ready(context);
  await assert.rejects(tokenise(await worker(), folder), (error: Error & { remedy?: string }) => {
    assert.match(error.message, /^The folder .*tok \[v1\] of train\.tokenizer is not in the store s3:\/\//);
    assert.match(error.remedy ?? '', /retry-stage RUN tokenise/);
    return true;
  });
  await rm(join(folder, 'tokenizer.json'));
  await assert.rejects(send(), { type: 'TokenizerError', message: /has no tokenizer; expected/ });
});
