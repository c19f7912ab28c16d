import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Check } from '../../../client/doctor/checks.js';
import { tinkerSmoke } from '../../../client/doctor/tinker-smoke/tinker-smoke.js';
import { connectTinker, crossEntropyDatum } from '../../../tinker/index.js';
import { clearFaults } from '../../support/faults.js';
import { key, startServer, type Server } from '../../support/tinker-server.js';

/** `doctor --tinker-smoke` on servers that do something else than they are asked. */

let server: Server;
before(async () => {
  server = await startServer();
});
afterEach(() => clearFaults(server.url));
after(() => server.close());

const { signal } = new AbortController();
const always = { times: 1_000 };

/** The checks of a smoke test in which the server has these faults, by their names. */
async function smoke(
  faults: readonly object[] = [],
  baseModel?: string,
): Promise<Readonly<Record<string, Check>>> {
  await server.fault(...faults);
  const checks: Check[] = [];
  const onCheck = (check: Check): void => void checks.push(check);
  await tinkerSmoke({ access: server.access, signal, baseModel, onCheck });
  return Object.fromEntries(checks.map((check) => [check.what, check]));
}

/** The names of the checks with a status. */
function withStatus(checks: Readonly<Record<string, Check>>, status: Check['status']): readonly string[] {
  return Object.values(checks).flatMap((check) => (check.status === status ? check.what : []));
}

/** How many checkpoints the server has of all models that saved. */
async function left(): Promise<number> {
  const tinker = await connectTinker({ baseUrl: server.url, apiKey: key, env: {} });
  const saves = await server.operations('save_weights');
  const models = new Set(saves.map(({ modelId }) => modelId ?? ''));
  const listed = await Promise.all([...models].map((model) => tinker.listCheckpoints(model)));
  return listed.flat().length;
}

function message(checks: Readonly<Record<string, Check>>, what: string): string {
  return checks[what]?.message ?? '';
}

void test('a good server passes every check, and has no checkpoint left', async () => {
  const checks = await smoke();
  assert.deepEqual(Object.keys(checks), [
    'capabilities',
    'session',
    'create',
    'train',
    'save',
    'load',
    'load weights',
    'optimizer',
    'batch in parts',
    'learning rate',
    'weight decay',
    'gradient clipping',
    'sample',
    'time to live',
    'used name',
    'long label',
    'delete',
    'billing',
  ]);
  assert.deepEqual(withStatus(checks, 'ok'), Object.keys(checks), JSON.stringify(checks));
  assert.match(message(checks, 'capabilities'), /taking headrace\/random-qwen3/);
  const losses = (/loss (.*) \(/.exec(message(checks, 'train'))?.[1] ?? '').split(' → ').map(Number);
  assert.equal(losses.length, 4);
  assert.deepEqual(
    losses,
    losses.toSorted((a, b) => b - a),
  );
  const [live, resumed, alone] = (message(checks, 'optimizer').match(/\d\.\d{4}/g) ?? []).map(Number);
  assert.equal(live, resumed);
  assert.notEqual(live, alone);
  assert.equal(await left(), 0);
});

void test('a server that does not restore the optimizer fails, with the loss of the counter-check', async () => {
  const checks = await smoke([{ path: 'load_weights', set: { optimizer: false }, ...always }]);
  assert.deepEqual(withStatus(checks, 'failed'), ['optimizer']);
  assert.equal(checks['optimizer']?.type, 'TinkerConformanceError');
  assert.match(
    message(checks, 'optimizer'),
    /^the optimizer state is not restored: a resumed run will differ; loss /,
  );
  const [live, resumed, alone] = (message(checks, 'optimizer').match(/\d\.\d{4}/g) ?? []).map(Number);
  assert.equal(resumed, alone);
  assert.notEqual(live, resumed);
});

void test('a server that restores the optimizer unasked is a warning: a run from other weights differs', async () => {
  const checks = await smoke([{ path: 'load_weights', set: { optimizer: true }, ...always }]);
  assert.deepEqual(withStatus(checks, 'warning'), ['optimizer']);
  assert.deepEqual(withStatus(checks, 'failed'), []);
  assert.match(message(checks, 'optimizer'), /^the weights alone make the step of the live model too/);
  assert.match(checks['optimizer']?.remedy ?? '', /train\.from/);
});

void test('what a server does otherwise is a line of its own, and does not end the test', async () => {
  const checks = await smoke([
    { path: 'optim_step', set: { adam_params: { learning_rate: 3e-4, eps: 1e-8 } }, ...always },
    {
      path: 'create_sampling_session',
      set: { model_path: null, base_model: 'headrace/random-qwen3' },
      times: 2,
    },
    { path: 'ttl', set: { ttl_seconds: 3_600 } },
    { path: 'save_weights', skip: 1, set: { overwrite: true } },
    { path: 'save_weights', skip: 1, status: 422, body: { detail: 'at most 100 characters' } },
    { path: 'weights/headrace-smoke', method: 'DELETE', status: 405 },
    { path: 'billing/usage/events', status: 404 },
  ]);
  assert.deepEqual(withStatus(checks, 'failed'), ['learning rate', 'sample', 'time to live']);
  assert.match(message(checks, 'learning rate'), /learning rate 0 changes the loss from .* the schedule$/);
  assert.match(
    message(checks, 'sample'),
    /^the sampler has the base model instead of the saved weights: loss/,
  );
  assert.match(message(checks, 'time to live'), /7200 s is accepted and has no effect/);
  assert.deepEqual(withStatus(checks, 'warning'), [
    'weight decay',
    'gradient clipping',
    'used name',
    'long label',
    'delete',
    'billing',
  ]);
  assert.match(message(checks, 'weight decay'), /^the server ignores weight decay: a step that halves/);
  assert.match(message(checks, 'gradient clipping'), /^the server ignores the clipping of gradients: a step/);
  assert.match(message(checks, 'used name'), /^a second state under a used name replaces the first/);
  assert.match(message(checks, 'long label'), /255 characters: .*422: at most 100 characters/);
  assert.match(message(checks, 'delete'), /^the server deletes no checkpoints/);
  assert.match(message(checks, 'billing'), /^this key sees no billing there/);
});

void test('a batch whose first request is forgotten, no time to live, no samples and a lost listing are seen', async () => {
  const checks = await smoke([
    // The sixteenth is the first of the two requests of a batch.
    { path: 'forward_backward', skip: 15, set: { forward_only: true } },
    { path: 'save_weights', set: { ttl_seconds: null } },
    { path: 'create_sampling_session', status: 422, body: { detail: 'no samplers' }, times: 2 },
    { path: 'checkpoints', method: 'GET', skip: 2, status: 200, body: { checkpoints: [] } },
  ]);
  assert.deepEqual(withStatus(checks, 'failed'), ['batch in parts', 'sample', 'used name']);
  assert.match(message(checks, 'batch in parts'), /^a batch that is sent in two requests makes another step/);
  assert.equal(checks['sample']?.type, 'TinkerRequestError');
  assert.match(message(checks, 'sample'), /no samplers/);
  assert.match(message(checks, 'used name'), /^the listing of .* has nothing, and not tinker:/);
  assert.deepEqual(withStatus(checks, 'warning'), ['time to live']);
  assert.match(message(checks, 'time to live'), /^the server gives checkpoints no time to live/);
});

void test('another state, other sampler weights and another time to live than those asked for are seen', async () => {
  const tinker = await connectTinker({ baseUrl: server.url, apiKey: key, env: {} });
  const session = await tinker.openSession();
  const other = await session.createLoraTrainingClient({
    baseModel: 'headrace/random-qwen3',
    rank: 8,
    seed: 1,
  });
  const path = await other.saveState('other').result;
  other.forwardBackward([crossEntropyDatum([1, 2, 3], [2, 3, 4], [1, 1, 1])], 'cross_entropy');
  other.optimStep({ learningRate: 0.02 });
  const sampler = await other.saveWeightsForSampler('other').result;
  const checks = await smoke([
    { path: 'load_weights', set: { path } },
    { path: 'create_sampling_session', skip: 1, set: { model_path: sampler } },
    { path: 'save_weights', set: { ttl_seconds: 86_400 } },
  ]);
  await tinker.deleteCheckpoint(path);
  await session.finish('success');
  assert.deepEqual(withStatus(checks, 'failed'), ['load', 'sample', 'time to live']);
  assert.match(message(checks, 'load'), /^the loaded state is not the saved one: loss .* instead of/);
  assert.match(message(checks, 'sample'), /^the log-probabilities of the sampler weights are not those/);
  assert.match(checks['sample']?.remedy ?? '', /Held-out losses are measured by these/);
  assert.match(message(checks, 'time to live'), /saved for 3600 s expires at .*, in 86\d{3} s/);
  assert.equal(checks['optimizer'], undefined);
});

void test('training without effect and a save under another name end the exercise', async () => {
  const still = await smoke([{ path: 'optim_step', set: { adam_params: { learning_rate: 0 } }, ...always }]);
  assert.deepEqual(withStatus(still, 'failed'), ['train']);
  assert.match(
    message(still, 'train'),
    /^training does not lower the loss: loss (\d\.\d{4}) → \1 → \1 → \1$/,
  );
  assert.equal(still['save'], undefined);
  await clearFaults(server.url);
  const renamed = await smoke([
    {
      path: 'retrieve_future',
      requestType: 'SaveWeights',
      status: 200,
      body: { path: 'tinker://other:train:0/weights/other' },
    },
  ]);
  assert.deepEqual(withStatus(renamed, 'failed'), ['save']);
  assert.match(
    message(renamed, 'save'),
    /^the server saved tinker:\/\/other:train:0\/weights\/other instead of/,
  );
  assert.equal(renamed['load'], undefined);
});

void test('a base model that the server does not train fails at its creation', async () => {
  const checks = await smoke([], 'Qwen/Qwen3-8B');
  assert.deepEqual(withStatus(checks, 'failed'), ['create']);
  assert.equal(checks['create']?.type, 'BaseModelError');
});
