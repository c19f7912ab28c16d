import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { connectTinker, parseCheckpointPath, resolveBaseUrl, TinkerError } from '../../../tinker/index.js';
import { fakeClock } from './fake-clock.js';
import { startFakeServer, type FakeServer, type Reply, type Received } from './fake-server.js';
import { temporaryFolder } from '../../support/folder.js';

let server: FakeServer | undefined;
afterEach(() => server?.close());
const serve = async (reply: (request: Received) => Reply): Promise<string> => {
  server = await startFakeServer(reply);
  return server.url;
};
const capabilities = { body: { supported_models: [] } };
const emptyHome = await temporaryFolder();

function jwt(id: string, issued: number, lifeSeconds: number): string {
  const claims = Buffer.from(JSON.stringify({ iat: issued, exp: issued + lifeSeconds, id })).toString(
    'base64url',
  );
  return `eyJhbGciOiJub25lIn0.${claims}.x`;
}

void test('the address is the argument, else TINKER_BASE_URL, else the hosted service', () => {
  assert.equal(resolveBaseUrl('http://a/', { TINKER_BASE_URL: 'http://b' }), 'http://a');
  assert.equal(resolveBaseUrl(undefined, { TINKER_BASE_URL: 'http://b//' }), 'http://b');
  assert.match(
    resolveBaseUrl(undefined, { TINKER_BASE_URL: '' }),
    /^https:\/\/tinker\.thinkingmachines\.dev/,
  );
});

void test('without a key the error lists the places that were searched', async () => {
  await assert.rejects(connectTinker({ env: { HOME: emptyHome } }), {
    kind: 'key-missing',
    message: /TINKER_API_KEY.*TINKER_CREDENTIAL_CMD.*credentials\.json/,
  });
});

void test('a key of another service is refused before it is sent, and not shown', async () => {
  await assert.rejects(connectTinker({ env: { TINKER_API_KEY: 'sk-secret' } }), (error) => {
    assert.ok(error instanceof TinkerError && error.kind === 'auth');
    assert.doesNotMatch(error.message, /sk-secret/);
    return true;
  });
});

void test('the key comes from the command, or from the credentials file, where the environment has none', async () => {
  const url = await serve(({ path }) => (path === 'client/config' ? { body: {} } : capabilities));
  const command = await connectTinker({
    baseUrl: url,
    env: { TINKER_CREDENTIAL_CMD: 'echo tml-from-command' },
  });
  await command.capabilities();
  assert.equal(server?.received.at(-1)?.headers['x-api-key'], 'tml-from-command');

  const home = await temporaryFolder();
  mkdirSync(join(home, '.tinker'));
  const stored = { version: 1, default: 'a', keys: { a: { type: 'manual', name: 'a', key: 'tml-stored' } } };
  writeFileSync(join(home, '.tinker', 'credentials.json'), JSON.stringify(stored));
  await (await connectTinker({ baseUrl: url, env: { HOME: home } })).capabilities();
  assert.equal(server?.received.at(-1)?.headers['x-api-key'], 'tml-stored');
});

void test('a credential command or file that fails is reported by name and without its content', async () => {
  const url = await serve(({ path }) => (path === 'client/config' ? { body: {} } : capabilities));
  const refused = async (env: Record<string, string>, words: RegExp): Promise<void> => {
    await assert.rejects(connectTinker({ baseUrl: url, env }), (error) => {
      assert.ok(error instanceof TinkerError && error.kind === 'auth', String(error));
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /planted/);
      return true;
    });
  };
  await refused(
    { TINKER_CREDENTIAL_CMD: 'echo tml-planted; exit 3' },
    /TINKER_CREDENTIAL_CMD failed with exit code 3/,
  );
  await refused({ TINKER_CREDENTIAL_CMD: 'true' }, /TINKER_CREDENTIAL_CMD printed nothing/);
  const home = await temporaryFolder();
  mkdirSync(join(home, '.tinker'));
  writeFileSync(join(home, '.tinker', 'credentials.json'), 'tml-planted');
  await refused({ HOME: home }, /credentials\.json is not a Tinker credentials file/);
  assert.equal(server?.received.length, 0);
});

void test('the command is run for every request, so that what it prints may change', async () => {
  const url = await serve(({ path }) => (path === 'client/config' ? { body: {} } : capabilities));
  const counter = join(await temporaryFolder(), 'n');
  const tinker = await connectTinker({
    baseUrl: url,
    env: { TINKER_CREDENTIAL_CMD: `echo x >> ${counter}; echo tml-$(wc -l < ${counter})` },
  });
  await tinker.capabilities();
  await tinker.capabilities();
  assert.deepEqual(
    server?.received.map(({ headers }) => headers['x-api-key']),
    ['tml-1', 'tml-2', 'tml-3'],
  );
});

void test('a server without client/config is taken with the defaults', async () => {
  const url = await serve(({ path }) => (path === 'client/config' ? { status: 404 } : capabilities));
  const tinker = await connectTinker({ baseUrl: url, apiKey: 'tml-x', env: {} });
  assert.deepEqual((await tinker.capabilities()).models, []);
});

void test('where the server requires it, the key is exchanged for a token that is renewed at half its life and when it is refused', async () => {
  const clock = fakeClock();
  let minted = 0;
  let refuse = false;
  const url = await serve(({ path }) => {
    if (path === 'client/config') return { body: { pjwt_auth_enabled: true } };
    if (path === 'auth/token') {
      minted += 1;
      return { body: { jwt: jwt(`t${minted}`, clock.now() / 1000, 600) } };
    }
    if (!refuse) return capabilities;
    refuse = false;
    return { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
  });
  const tinker = await connectTinker({ baseUrl: url, apiKey: 'tml-x', env: {}, clock });
  await tinker.capabilities();
  await tinker.capabilities();
  assert.equal(minted, 1);
  await clock.sleep(300_000);
  await tinker.capabilities();
  assert.equal(minted, 2);
  refuse = true;
  await tinker.capabilities();
  assert.equal(minted, 3);
  const sent = server?.received.filter((each) => each.path === 'get_server_capabilities') ?? [];
  assert.ok(sent.every((each) => String(each.headers['x-api-key']).startsWith('eyJ')));
  const exchanges = server?.received.filter((each) => each.path === 'auth/token') ?? [];
  assert.ok(exchanges.every((each) => each.headers['x-api-key'] === 'tml-x'));
});

void test('a key that the server repeats in its answer is not in the error', async () => {
  const url = await serve(() => ({ status: 401, body: { detail: 'bad key tml-planted-secret' } }));
  await assert.rejects(connectTinker({ baseUrl: url, apiKey: 'tml-planted-secret', env: {} }), (error) => {
    assert.ok(error instanceof TinkerError);
    assert.equal(error.kind, 'auth');
    assert.match(error.message, /bad key \[credential\]/);
    return true;
  });
});

void test('a server that cannot be reached is given up after ten retries, with its address', async () => {
  const clock = fakeClock();
  const url = await serve(() => ({ cut: true }));
  await assert.rejects(connectTinker({ baseUrl: url, apiKey: 'tml-x', env: {}, clock }), (error) => {
    assert.ok(error instanceof TinkerError && error.kind === 'unavailable');
    assert.ok(error.message.includes(url));
    return true;
  });
  assert.equal(server?.received.length, 11);
  assert.deepEqual(clock.slept, [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 10_000, 10_000]);
});

void test('a credential does not follow a redirect', async () => {
  const url = await serve(() => ({ status: 307, headers: { location: 'http://127.0.0.1:1/elsewhere' } }));
  await assert.rejects(connectTinker({ baseUrl: url, apiKey: 'tml-x', env: {} }), { status: 307 });
});

void test('a checkpoint path is split, so that a run id may hold colons', () => {
  assert.deepEqual(parseCheckpointPath('tinker://u:train:0/sampler_weights/a-1'), {
    runId: 'u:train:0',
    kind: 'sampler_weights',
    name: 'a-1',
  });
  for (const wrong of [
    'tinker://u/a',
    'tinker://u/weights/a/b',
    'http://u/weights/a',
    'tinker:///weights/a',
    'tinker://u/other/a',
  ])
    assert.throws(() => parseCheckpointPath(wrong), { kind: 'invalid' });
});

void test('a listing of several pages is read whole', async () => {
  const url = await serve(({ path }) => {
    if (path === 'client/config') return { body: {} };
    const offset = Number(new URLSearchParams(path.split('?')[1]).get('offset'));
    const names = Array.from({ length: 250 }, (_, at) => ({ tinker_path: `tinker://r/weights/${at}` }));
    return { body: { checkpoints: names.slice(offset, offset + 100), cursor: { total_count: 250 } } };
  });
  const tinker = await connectTinker({ baseUrl: url, apiKey: 'tml-x', env: {} });
  const paths = (await tinker.listCheckpoints('r')).map((each) => each.path);
  assert.equal(new Set(paths).size, 250);
  assert.equal(server?.received[1]?.path, 'training_runs/r/checkpoints');
});
