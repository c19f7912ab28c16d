import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ServiceClient } from '../../../tinker/index.js';
import { startFakeServer, type FakeServer } from './fake-server.js';

let server: FakeServer | undefined;
afterEach(() => server?.close());

async function serve(broken = 0): Promise<readonly string[]> {
  const paths: string[] = [];
  let failures = broken;
  server = await startFakeServer(({ path }) => {
    paths.push(path);
    if (path === 'client/config' && failures-- > 0) return { status: 403, body: { detail: 'not yet' } };
    switch (path) {
      case 'create_session':
        return { body: { session_id: 'one' } };
      case 'create_sampling_session':
        return { body: { sampling_session_id: 'sampler' } };
      case 'get_server_capabilities':
        return { body: { supported_models: [{ model_name: 'mock/model' }] } };
      case 'retrieve_future':
        return { body: { model_id: 'one:train:0' } };
      default:
        return { body: { request_id: 'r' } };
    }
  });
  return paths;
}

const options = (): ConstructorParameters<typeof ServiceClient>[0] => ({
  baseUrl: server?.url ?? '',
  apiKey: 'tml-x',
  env: {},
});

void test('one connection and one session serve every client, and both are made when they are needed', async () => {
  const paths = await serve();
  const service = new ServiceClient(options());
  assert.deepEqual(paths, []);
  const { models } = await service.getServerCapabilities();
  assert.deepEqual(
    models.map(({ name }) => name),
    ['mock/model'],
  );
  const [client] = await Promise.all([
    service.createLoraTrainingClient({ baseModel: 'mock/model' }),
    service.createTrainingClientFromState('tinker://one/weights/a'),
    service.createTrainingClientFromStateWithOptimizer('tinker://one/weights/a'),
    service.createSamplingClient({ baseModel: 'mock/model' }),
  ]);
  assert.equal(client.modelId, 'one:train:0');
  await service.close();
  await service.close();
  const count = (path: string): number => paths.filter((each) => each === path).length;
  assert.deepEqual(['client/config', 'create_session', 'sessions/one/finish'].map(count), [1, 1, 1]);
  const loads = server?.received.filter(({ path }) => path === 'load_weights').map(({ json }) => json);
  assert.deepEqual(
    loads?.map((json) => (json as { optimizer: boolean }).optimizer),
    [false, true],
  );
});

void test('a connection that failed is tried anew by the next call', async () => {
  await serve(1);
  const service = new ServiceClient(options());
  await assert.rejects(service.getServerCapabilities(), { kind: 'auth' });
  assert.equal((await service.getServerCapabilities()).models.length, 1);
});
