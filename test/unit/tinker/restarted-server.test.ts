import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeRandomModel } from '../../../dev/tinker/model/random-model.js';
import { startTinkerServer, type TinkerServer } from '../../../dev/tinker/server/index.js';
import { connectTinker, crossEntropyDatum, TinkerError, type TinkerSession } from '../../../tinker/index.js';
import { baseModel } from '../../dev/tinker/client.js';
import { defined } from '../../../core/defined.js';
import { temporaryFolder } from '../../support/folder.js';

/**
 * A server that is started again has its checkpoints and has lost its sessions. A request for the lost
 * session must fail as `expired`, which a new session mends, and never as `not-found`, which nothing
 * would.
 */
let folder = '';
let server: TinkerServer;
let statePath = '';
let samplerPath = '';
const datum = crossEntropyDatum([1, 2, 3], [2, 3, 4], [0, 1, 1]);

async function start(port?: number): Promise<TinkerServer> {
  return await startTinkerServer({
    modelDir: join(folder, 'model'),
    stateDir: join(folder, 'state'),
    ...defined({ port }),
  });
}

async function restart(): Promise<void> {
  const port = Number(new URL(server.url).port);
  await server.close();
  server = await start(port);
}

async function openSession(): Promise<TinkerSession> {
  const tinker = await connectTinker({ baseUrl: server.url, apiKey: 'tml-test', env: {} });
  return await tinker.openSession({ displayName: 'restart' });
}

before(async () => {
  folder = await temporaryFolder();
  await writeRandomModel(join(folder, 'model'));
  server = await start();
  const session = await openSession();
  const client = await session.createLoraTrainingClient({ baseModel, rank: 2, seed: 1 });
  statePath = await client.saveState('kept').result;
  samplerPath = await client.saveWeightsForSampler('kept').result;
  await session.finish('success');
});
after(() => server.close());

async function kindOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof TinkerError, String(error));
    return error.kind;
  }
  return 'none';
}

void test('after a restart of the server every training request fails with a lost session', async () => {
  for (const ask of ['forwardBackward', 'optimStep', 'saveState', 'saveWeightsForSampler'] as const) {
    const session = await openSession();
    const client = await session.createLoraTrainingClient({ baseModel, rank: 2, seed: 1 });
    await restart();
    const asked = {
      forwardBackward: () => client.forwardBackward([datum], 'cross_entropy'),
      optimStep: () => client.optimStep({ learningRate: 0.1 }),
      saveState: () => client.saveState('late'),
      saveWeightsForSampler: () => client.saveWeightsForSampler('late'),
    }[ask]();
    assert.equal(await kindOf(asked.result), 'expired', ask);
    assert.equal(client.isAlive, false, ask);
  }
});

void test('after a restart a lost session and a missing checkpoint are different errors', async () => {
  const session = await openSession();
  const sampling = await session.createSamplingClient({ modelPath: samplerPath });
  await restart();
  const gone = statePath.replace('kept', 'never-made');
  assert.equal(await kindOf(session.createLoraTrainingClient({ baseModel, rank: 2 })), 'expired');
  assert.equal(await kindOf(session.createFromState(statePath, { optimizer: true })), 'expired');
  assert.equal(await kindOf(session.createSamplingClient({ modelPath: samplerPath })), 'expired');
  assert.equal(await kindOf(session.createSamplingClient({ baseModel })), 'expired');
  assert.equal(await kindOf(sampling.sample({ promptTokens: [1, 2], maxTokens: 1 })), 'expired');

  const fresh = await openSession();
  assert.equal(await kindOf(fresh.createFromState(gone, { optimizer: true })), 'not-found');
  assert.equal(
    await kindOf(fresh.createSamplingClient({ modelPath: gone.replace('/weights/', '/sampler_weights/') })),
    'not-found',
  );
  assert.equal(await kindOf(fresh.createFromState(statePath, { optimizer: true })), 'none');
  await fresh.finish('success');
});
