import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTinkerAccess } from '../../../activities/train/server/tinker-access.js';
import { startFakeServer, type FakeServer } from '../../unit/tinker/fake-server.js';

const planted = {
  HF_TOKEN: 'hf_planted_in_the_environment',
  TINKER_API_KEY: 'tml-planted-key',
  CLOUDFLARE_ACCESS_CLIENT_ID: 'planted-cloudflare-id',
  CLOUDFLARE_ACCESS_CLIENT_SECRET: 'planted-cloudflare-secret',
};

let server: FakeServer;
before(async () => {
  server = await startFakeServer(({ path }) =>
    path === 'create_session'
      ? { body: { session_id: 's', warning_message: `seen: ${Object.values(planted).join(', ')}` } }
      : { body: {} },
  );
});
after(() => server.close());

void test('a warning with a secret in the text of the server reaches no listener with the secret', async () => {
  const [all, own]: string[][] = [[], []];
  const access = createTinkerAccess({
    env: { ...planted, TINKER_BASE_URL: server.url },
    onWarning: (message) => void all?.push(message),
  });
  const signal = new AbortController().signal;
  const tinker = await access.connect(signal, (message) => void own?.push(message));
  const session = await tinker.openSession({ signal });
  await session.finish('success');
  assert.equal(all?.length, 1);
  assert.match(all[0] ?? '', /seen: /);
  assert.ok(!all.join().includes('planted'), all.join());
  assert.deepEqual(own, all);
});
