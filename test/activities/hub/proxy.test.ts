import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectProxy } from '../../support/connect-proxy.js';
import { downloadAll, resolve, someBytes, startFixture } from '../../support/hub.js';

const files = { 'datasets/o/n/data/train-00000-of-00001.parquet': someBytes(3_000_000) };

/** A name that the proxy alone knows: whatever goes past it fails. */
const inside = 'hub.inside.test';

void test('with a proxy, the Hub and the second origin are reached through it, and files come whole', async (t) => {
  const fixture = await startFixture(t, files, { host: inside });
  const proxy = await connectProxy(t, { [inside]: '127.0.0.1' });
  const env = { HTTP_PROXY: proxy.url };
  const found = await resolve(fixture, { dataset: 'o/n' }, env);
  const [result] = await downloadAll(fixture, fixture.activities(env), found);
  assert.equal(result?.fetchedBytes, 3_000_000);
  const reached = new Set(proxy.tunnels.map((tunnel) => `http://${tunnel}`));
  assert.deepEqual(reached, new Set([fixture.hub.url, fixture.hub.storageUrl]));
});

void test('a host that NO_PROXY names is reached directly, and so is this machine', async (t) => {
  const fixture = await startFixture(t, files, { host: inside });
  const proxy = await connectProxy(t, { [inside]: '127.0.0.1' });
  const env = { http_proxy: proxy.url, no_proxy: '.inside.test' };
  await assert.rejects(resolve(fixture, { dataset: 'o/n' }, env), /Cannot reach http:\/\/hub\.inside\.test/);
  const near = await startFixture(t, files);
  const found = await resolve(near, { dataset: 'o/n' }, { http_proxy: proxy.url });
  await downloadAll(near, near.activities({ http_proxy: proxy.url }), found);
  assert.deepEqual(proxy.tunnels, []);
});

void test('a proxy that is not there is an unavailable Hub, and the message names the Hub', async (t) => {
  const fixture = await startFixture(t, files, { host: inside });
  await assert.rejects(
    resolve(fixture, { dataset: 'o/n' }, { HTTP_PROXY: 'http://127.0.0.1:1' }),
    /HubUnavailable|Cannot reach/,
  );
});
