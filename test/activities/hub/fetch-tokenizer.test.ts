import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchTokenizer } from '../../../activities/hub/fetch-tokenizer.js';
import { whoAmI } from '../../../activities/hub/http/whoami.js';
import { HeadraceError } from '../../../core/errors.js';
import { startFixture } from '../../support/hub.js';

const files = {
  'models/Qwen/Qwen3-8B/tokenizer.json': '{"model":{}}',
  'models/Qwen/Qwen3-8B/tokenizer_config.json': '{}',
  'models/Qwen/Qwen3-8B/config.json': '{}',
  'models/Qwen/Qwen3-8B/model.safetensors': 'weights',
  'models/o/kimi/tiktoken.model': 'IQ== 0',
  'models/o/kimi/tokenizer_config.json': '{}',
  'models/o/kimi/tokenization_kimi.py': 'class TikTokenTokenizer: ...',
  'models/o/bare/config.json': '{}',
};

void test('a tokenizer comes without the weights, from a pinned commit, and the second time without a request', async (t) => {
  const fixture = await startFixture(t, files);
  const { signal } = fixture.work;
  const hub = fixture.access();
  const first = await fetchTokenizer(hub, { id: 'qwen/qwen3-8b' }, signal);
  assert.equal(first.id, 'Qwen/Qwen3-8B');
  assert.deepEqual(first.vocabulary, { name: 'tokenizer.json', bytes: Buffer.from('{"model":{}}') });
  assert.deepEqual(first.config, Buffer.from('{}'));
  fixture.hub.resetStats();
  const pinned = { id: 'Qwen/Qwen3-8B', revision: first.commitSha };
  assert.deepEqual(await fetchTokenizer(hub, pinned, signal), first);
  assert.equal(fixture.hub.stats().requests.hub, 0);
});

void test("a tokenizer of ranks comes with the names of its control tokens, and without the repository's code", async (t) => {
  const fixture = await startFixture(t, files);
  const { signal } = fixture.work;
  const { vocabulary, config } = await fetchTokenizer(fixture.access(), { id: 'o/kimi' }, signal);
  assert.deepEqual([vocabulary.name, `${config?.toString()}`], ['tiktoken.model', '{}']);
});

void test('offline, a tokenizer that is in the store is found by its branch', async (t) => {
  const fixture = await startFixture(t, files);
  const { signal } = fixture.work;
  const online = await fetchTokenizer(fixture.access(), { id: 'Qwen/Qwen3-8B' }, signal);
  const offline = fixture.access({ HF_HUB_OFFLINE: 'yes', HF_ENDPOINT: 'http://127.0.0.1:9' });
  assert.deepEqual(await fetchTokenizer(offline, { id: 'Qwen/Qwen3-8B' }, signal), online);
  await assert.rejects(fetchTokenizer(offline, { id: 'o/bare' }, signal), /HF_HUB_OFFLINE is set/);
});

void test('a model without a tokenizer, and one that does not exist, are tokenizer errors', async (t) => {
  const fixture = await startFixture(t, files);
  for (const id of ['o/bare', 'o/none'])
    await assert.rejects(fetchTokenizer(fixture.access(), { id }, fixture.work.signal), (error) => {
      assert.ok(error instanceof HeadraceError);
      assert.equal(error.type, 'TokenizerError');
      return true;
    });
});

void test('the account check names the account, refuses a bad token, and is silent without one', async (t) => {
  const fixture = await startFixture(t, files);
  const { signal } = fixture.work;
  const env = { HF_ENDPOINT: fixture.hub.url, HF_HOME: fixture.dir };
  assert.equal((await whoAmI({ ...env, HF_TOKEN: 'hf_ann' }, signal)).account, 'ann');
  assert.equal((await whoAmI(env, signal)).account, undefined);
  await assert.rejects(
    whoAmI({ ...env, HF_TOKEN: 'hf_no' }, signal),
    /does not accept the token from HF_TOKEN/,
  );
});
