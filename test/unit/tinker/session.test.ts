import assert from 'node:assert/strict';
import { afterEach, test, type TestContext } from 'node:test';
import { connectTinker, type TinkerSession } from '../../../tinker/index.js';
import { fakeClock } from './fake-clock.js';
import { startFakeServer, type FakeServer, type Received, type Reply } from './fake-server.js';

/** A session sends heartbeats until the client or the server ends it. */

let server: FakeServer | undefined;
afterEach(() => server?.close());

interface Opened {
  readonly session: TinkerSession;
  readonly said: readonly string[];
  /** Advances ten seconds, and waits until the server has received a heartbeat. */
  readonly tenSeconds: (isHeard?: boolean) => Promise<void>;
  readonly sent: (path: string) => Received[];
}

async function open(t: TestContext, beat: () => Reply): Promise<Opened> {
  t.mock.timers.enable({ apis: ['setInterval'] });
  server = await startFakeServer(({ path }) => {
    if (path === 'create_session')
      return { body: { session_id: 's', warning_message: 'maintenance at noon', info_message: null } };
    return path === 'session_heartbeat' ? beat() : { body: {} };
  });
  const clock = fakeClock();
  const said: string[] = [];
  const tinker = await connectTinker({
    baseUrl: server.url,
    apiKey: 'tml-x',
    env: {},
    clock,
    onWarning: (message) => void said.push(message),
  });
  const session = await tinker.openSession();
  const sent = (path: string): Received[] => server?.received.filter((each) => each.path === path) ?? [];
  const tenSeconds = async (isHeard = true): Promise<void> => {
    const heard = sent('session_heartbeat').length;
    await clock.sleep(10_000);
    t.mock.timers.tick(10_000);
    if (isHeard) while (sent('session_heartbeat').length === heard) await nextTurn();
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
  };
  return { session, said, tenSeconds, sent };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

void test('a session beats every ten seconds until it is finished, and is finished once', async (t) => {
  const { session, said, tenSeconds, sent } = await open(t, () => ({ body: {} }));
  assert.deepEqual(said, ['Tinker: maintenance at noon']);
  await tenSeconds();
  await tenSeconds();
  assert.deepEqual(
    sent('session_heartbeat').map(({ json }) => json),
    Array.from({ length: 2 }, () => ({ session_id: 's', type: 'session_heartbeat' })),
  );
  await session.finish('interrupted');
  await session.finish('success');
  assert.ok(session.isFinished);
  assert.deepEqual(
    sent('sessions/s/finish').map(({ json }) => json),
    [{ reason: { type: 'interrupted' }, detail: null }],
  );
  await tenSeconds(false);
  assert.equal(sent('session_heartbeat').length, 2);
  await assert.rejects(session.createLoraTrainingClient({ baseModel: 'base', rank: 4 }), { kind: 'ended' });
});

void test('failed heartbeats are a warning after two minutes, and each is sent once', async (t) => {
  let isDown = true;
  const { session, said, tenSeconds, sent } = await open(t, () => (isDown ? { status: 503 } : { body: {} }));
  for (let beat = 0; beat < 12; beat += 1) await tenSeconds();
  assert.equal(said.length, 1, 'two minutes are not over');
  await tenSeconds();
  assert.match(said.at(-1) ?? '', /No heartbeat of session s got through for 130 s: .*503/);
  assert.equal(sent('session_heartbeat').length, 13);
  assert.ok(!session.isFinished);
  isDown = false;
  await tenSeconds();
  isDown = true;
  await tenSeconds();
  assert.equal(said.length, 2, 'the time counts from the last that got through');
  await session.finish('success');
});

void test('a session that the server has ended is a warning, sends no heartbeat and needs no finishing', async (t) => {
  const { session, said, tenSeconds, sent } = await open(t, () => ({
    status: 410,
    body: { detail: 'lapsed' },
  }));
  await tenSeconds();
  assert.deepEqual(said.slice(1), ['The server has ended the session s']);
  assert.ok(session.isFinished);
  await tenSeconds(false);
  assert.equal(sent('session_heartbeat').length, 1);
  await session.finish('success');
  assert.deepEqual(sent('sessions/s/finish'), []);
});

void test('a credential that the server repeats is left out of messages and errors', async () => {
  server = await startFakeServer(({ path }) => {
    if (path === 'create_session') return { body: { session_id: 's', info_message: 'hello tml-secret' } };
    if (path === 'retrieve_future') return { body: { error: 'tml-secret is over its limit' } };
    return { body: path === 'create_model' ? { request_id: 'r' } : {} };
  });
  const messages: string[] = [];
  const tinker = await connectTinker({
    baseUrl: server.url,
    apiKey: 'tml-secret',
    env: {},
    onWarning: (message) => void messages.push(message),
  });
  const session = await tinker.openSession();
  assert.deepEqual(messages, ['Tinker: hello [credential]']);
  await assert.rejects(session.createLoraTrainingClient({ baseModel: 'base', rank: 4 }), {
    kind: 'failed',
    message: /\[credential\] is over its limit/,
    detail: '[credential] is over its limit',
  });
  await session.finish('success');
});
