import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { tinkerSmoke } from '../../../client/tinker/smoke.js';
import { connectTinker } from '../../../tinker/index.js';
import { key, startServer, type Server } from '../../support/tinker-server.js';

let server: Server;
before(async () => {
  server = await startServer();
});
after(() => server.close());

const { signal } = new AbortController();

async function left(): Promise<number> {
  const tinker = await connectTinker({ baseUrl: server.url, apiKey: key, env: {} });
  const saves = await server.operations('save_weights');
  const listed = await Promise.all(
    saves.map(({ modelId }) => tinker.listCheckpoints(modelId ?? '').then((found) => found.length)),
  );
  return listed.reduce((sum, each) => sum + each, 0);
}

void test('the smoke trains, saves, loads, samples and deletes, and leaves nothing', async () => {
  const told: string[] = [];
  const steps = await tinkerSmoke({ access: server.access, signal, onStep: ({ what }) => told.push(what) });
  const names = ['capabilities', 'session', 'create', 'two steps', 'save', 'load', 'sample', 'delete'];
  assert.deepEqual(
    steps.map(({ what }) => what),
    names,
  );
  assert.deepEqual(told, names);
  const details = Object.fromEntries(steps.map(({ what, detail }) => [what, detail]));
  assert.match(details['capabilities'] ?? '', /taking headrace\/random-qwen3/);
  const [first, second, third] = (details['two steps']?.match(/[\d.]+/g) ?? []).map(Number);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  assert.ok(first > second && second > third, details['two steps']);
  assert.equal(await left(), 0);
  assert.equal((await server.operations('optim_step')).length, 2);
});

void test('a smoke test that fails names its step and leaves no checkpoints', async () => {
  await server.fault({ path: '/create_sampling_session', status: 422, body: { detail: 'no samplers' } });
  await assert.rejects(tinkerSmoke({ access: server.access, signal }), {
    type: 'TinkerRequestError',
    message: /^sample: .*no samplers/,
  });
  assert.equal(await left(), 0);
  await assert.rejects(tinkerSmoke({ access: server.access, signal, baseModel: 'Qwen/Qwen3-8B' }), {
    type: 'BaseModelError',
    message: /^create: /,
  });
});
