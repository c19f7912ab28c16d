import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { writeRandomModel } from '../../../dev/tinker/model/random-model.js';
import { startTinkerServer } from '../../../dev/tinker/server/index.js';
import { downloadAdapter } from '../../../client/tinker/adapter-folder.js';
import { connectTinker, crossEntropyDatum } from '../../../tinker/index.js';
import { pythonEnvironment } from '../../../dev/python/environment.js';
import { startRecordingProxy, type Recorded } from '../support/recording-proxy.js';
import { runScript } from '../support/run-python.js';
import { apiKey, baseModel, row } from '../support/tinker-fixture.js';
import { temporaryFolder } from '../../support/folder.js';

/**
 * What the official SDK sends besides, and ours has no use for: settings that change while it runs,
 * telemetry, and requests about models and samplers that it has just made. The number of polls and heartbeats
 * depends on time.
 */
const left =
  /^(client\/dynamic_config|telemetry|retrieve_future|session_heartbeat|get_info|samplers\/|training_runs\/[^/]+$)/;
/** Made by chance: sessions, and with them the runs. They are named by the order in which they come. */
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

function comparable(recorded: readonly Recorded[]): readonly Recorded[] {
  const names = new Map<string, string>();
  const named = JSON.stringify(recorded).replace(uuid, (id) => {
    const name = names.get(id) ?? `id-${names.size}`;
    names.set(id, name);
    return name;
  });
  return (JSON.parse(named) as Recorded[]).filter(({ path }) => !left.test(path));
}

/**
 * With `WIRE_RECORD=<file>` the official requests are written there, one a line, to be looked at or kept.
 */
void test('for the same calls our requests equal those of the official SDK, field by field', async (t) => {
  const dir = await temporaryFolder();
  await writeRandomModel(join(dir, 'model'));
  const server = await startTinkerServer({ modelDir: join(dir, 'model'), stateDir: join(dir, 'state') });
  t.after(() => server.close());
  const rows = [row(0, 12), row(1, 9)];

  const theirProxy = await startRecordingProxy(server.url);
  t.after(() => theirProxy.close());
  const { version } = await runScript(
    z.object({ version: z.string() }),
    await pythonEnvironment('tinker-current'),
    'tinker_wire.py',
    { TINKER_BASE_URL: theirProxy.url, TINKER_API_KEY: apiKey, TINKER_TELEMETRY: '0' },
    { model: baseModel, rows },
  );
  t.diagnostic(`tinker ${version}`);

  const ourProxy = await startRecordingProxy(server.url);
  t.after(() => ourProxy.close());
  const tinker = await connectTinker({ baseUrl: ourProxy.url, apiKey, env: {} });
  const session = await tinker.openSession({ userMetadata: { who: 'wire' } });
  const batch = rows.map(({ tokens, targets, weights }) => crossEntropyDatum(tokens, targets, weights));
  const client = await session.createLoraTrainingClient({
    baseModel,
    rank: 8,
    seed: 7,
    userMetadata: { run: 'wire' },
  });
  const forwardBackward = client.forwardBackward(batch, 'cross_entropy');
  await client.optimStep({ learningRate: 1e-4, eps: 1e-8, gradClipNorm: 1 }).result;
  await forwardBackward.result;
  await client.forward(batch.slice(0, 1), 'cross_entropy').result;
  const ttlSeconds = 7200;
  const state = await client.saveState('state-1', { ttlSeconds }).result;
  const sampler = await client.saveWeightsForSampler('sampler-1', { ttlSeconds }).result;
  const external = await client.saveWeightsExternal('external-1', { ttlSeconds }).result;
  const sampling = await session.createSamplingClient({ modelPath: sampler });
  const promptTokens = [1, 2, 3];
  await sampling.sample({ promptTokens, numSamples: 2, maxTokens: 4, temperature: 0.7, seed: 1, stop: [2] });
  await sampling.computeLogprobs(promptTokens);
  await session.createFromState(state, { optimizer: true, userMetadata: { resumed: '1' } });
  await session.createFromState(state, { optimizer: false });
  await tinker.weightsInfo(state);
  await tinker.listCheckpoints(client.modelId);
  await downloadAdapter(tinker, external, join(dir, 'adapter'));
  await tinker.setCheckpointTtl(state, 3600);
  await tinker.setCheckpointTtl(sampler, null);
  await tinker.deleteCheckpoint(sampler);
  await session.finish('success');

  const [theirs, ours] = [comparable(theirProxy.recorded), comparable(ourProxy.recorded)];
  const file = process.env['WIRE_RECORD'];
  if (file !== undefined) await writeFile(file, theirs.map((each) => `${JSON.stringify(each)}\n`).join(''));
  // The SDK requests its settings again for each of its parts.
  const settings = (all: readonly Recorded[]): Recorded | undefined =>
    all.find(({ path }) => path === 'client/config');
  const rest = (all: readonly Recorded[]): readonly Recorded[] =>
    all.filter(({ path }) => path !== 'client/config');
  assert.deepEqual(settings(ours), settings(theirs));
  assert.deepEqual(
    rest(ours).map(({ method, path }) => `${method} ${path}`),
    rest(theirs).map(({ method, path }) => `${method} ${path}`),
  );
  for (const [index, each] of rest(ours).entries()) assert.deepEqual(each, rest(theirs)[index]);
});
