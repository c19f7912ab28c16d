import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { JaxEngine, startJax } from '../../../dev/tinker/model/jax-engine.js';
import { writeRandomModel } from '../../../dev/tinker/model/random-model.js';
import { startTinkerServer, type TinkerServer } from '../../../dev/tinker/server/index.js';
import { peftFiles } from '../../../dev/tinker/server/checkpoints/peft.js';
import { downloadAdapter } from '../../../client/tinker/adapter-folder.js';
import { connectTinker, crossEntropyDatum, type Tinker } from '../../../tinker/index.js';
import { distance, readGolden } from './golden.js';
import { temporaryFolder } from '../../support/folder.js';

const goldenDir = fileURLToPath(new URL('../../../../test/golden/peft', import.meta.url));

for (const name of ['tied', 'untied'] as const)
  void test(`PEFT applies an exported adapter to the same log-probabilities, embeddings ${name}`, async () => {
    await startJax();
    const { model, lora, examples, tensors } = await readGolden(name);
    for (const [file, bytes] of peftFiles(model.config, lora, tensors('start')))
      assert.deepEqual(Buffer.from(bytes), await readFile(join(goldenDir, name, file)), file);
    const golden = JSON.parse(await readFile(join(goldenDir, 'golden.json'), 'utf8')) as Record<
      string,
      number[][]
    >;
    const engine = new JaxEngine(model);
    const { logprobs } = await engine.forward(engine.uploadLora(lora, tensors('start')), examples);
    for (const [index, expected] of (golden[name] ?? []).entries())
      assert.ok(distance(logprobs[index] ?? [], expected) < 1e-4);
    assert.equal(golden[name]?.length, examples.length);
  });

void describe('an adapter can be taken away', () => {
  let server: TinkerServer;
  let tinker: Tinker;
  let [statePath, samplerPath, externalPath] = ['', '', ''];
  before(async () => {
    const [modelDir, stateDir] = [await temporaryFolder(), await temporaryFolder()];
    await writeRandomModel(modelDir);
    server = await startTinkerServer({ modelDir, stateDir });
    tinker = await connectTinker({ baseUrl: server.url, apiKey: 'tml-test', env: {} });
    const session = await tinker.openSession();
    const client = await session.createLoraTrainingClient({ baseModel: 'headrace/random-qwen3', rank: 2 });
    client.forwardBackward([crossEntropyDatum([1, 2, 3], [2, 3, 4], [0, 0.5, 0.5])], 'cross_entropy');
    client.optimStep({ learningRate: 1e-2 });
    statePath = await client.saveState('a').result;
    samplerPath = await client.saveWeightsForSampler('a').result;
    externalPath = await client.saveWeightsExternal('a', { ttlSeconds: 3600 }).result;
    await session.finish('success');
  });
  after(() => server.close());

  const download = async (path: string): Promise<ReadonlyMap<string, Buffer>> => {
    const folder = await temporaryFolder();
    const { files, bytes } = await downloadAdapter(tinker, path, folder);
    assert.deepEqual([...files].sort(), (await readdir(folder)).sort());
    const found = new Map<string, Buffer>();
    for (const file of [...files].sort()) found.set(file, await readFile(join(folder, file)));
    assert.equal(
      [...found.values()].reduce((sum, each) => sum + each.length, 0),
      bytes,
    );
    return found;
  };
  const fault = async (settings: object): Promise<void> => {
    const body = JSON.stringify(settings);
    const headers = { 'content-type': 'application/json' };
    assert.ok((await fetch(`${server.url}/dev/faults`, { method: 'POST', headers, body })).ok);
  };

  void test('as external weights, as an archive of state or sampler weights: the same two files', async () => {
    const external = await download(externalPath);
    assert.deepEqual([...external.keys()], ['adapter_config.json', 'adapter_model.safetensors']);
    assert.deepEqual(await download(statePath), external);
    assert.deepEqual(await download(samplerPath), external);
    const listed = await tinker.listCheckpoints(externalPath.split('/')[2] ?? '');
    assert.ok(listed.some(({ path, expiresAt }) => path === externalPath && expiresAt !== undefined));
  });

  void test('from a server without archives by an export that is deleted again; sampler weights are refused', async () => {
    const external = await download(externalPath);
    await fault({ path: '/archive', status: 404, times: 2 });
    const runs = async (): Promise<{ training_run_id: string }[]> => {
      const headers = { 'x-api-key': 'tml-test' };
      const answer = await fetch(`${server.url}/api/v1/training_runs`, { headers });
      return ((await answer.json()) as { training_runs: { training_run_id: string }[] }).training_runs;
    };
    const earlier = (await runs()).length;
    assert.deepEqual(await download(statePath), external);
    const [newest, ...older] = await runs();
    assert.equal(older.length, earlier);
    assert.deepEqual(await tinker.listCheckpoints(newest?.training_run_id ?? ''), []);
    await assert.rejects(download(samplerPath), { kind: 'request', message: /export a saved state/ });
  });
});
