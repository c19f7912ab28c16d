import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { downloadAll, resolve, someBytes, startFixture } from '../../support/hub.js';

/** A proxy that tunnels, and records where to. */
async function startProxy(t: TestContext): Promise<{ readonly url: string; readonly tunnels: string[] }> {
  const tunnels: string[] = [];
  const server: Server = createServer((_request, response) => response.writeHead(400).end());
  server.on('connect', (request, client, head) => {
    tunnels.push(request.url ?? '');
    const [host = '', port = '0'] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels };
}

const files = { 'datasets/o/n/data/train-00000-of-00001.parquet': someBytes(3_000_000) };

void test('with a proxy, the Hub and the second origin are reached through it, and files come whole', async (t) => {
  const fixture = await startFixture(t, files);
  const proxy = await startProxy(t);
  const env = { HTTP_PROXY: proxy.url };
  const found = await resolve(fixture, { dataset: 'o/n' }, env);
  const [result] = await downloadAll(fixture, fixture.activities(env), found);
  assert.equal(result?.fetchedBytes, 3_000_000);
  const reached = new Set(proxy.tunnels.map((tunnel) => `http://${tunnel}`));
  assert.deepEqual(reached, new Set([fixture.hub.url, fixture.hub.storageUrl]));
});

void test('a host that NO_PROXY names is reached directly', async (t) => {
  const fixture = await startFixture(t, files);
  const proxy = await startProxy(t);
  const env = { http_proxy: proxy.url, no_proxy: '127.0.0.1' };
  const found = await resolve(fixture, { dataset: 'o/n' }, env);
  await downloadAll(fixture, fixture.activities(env), found);
  assert.deepEqual(proxy.tunnels, []);
});

void test('a proxy that is not there is an unavailable Hub, and the message names the Hub', async (t) => {
  const fixture = await startFixture(t, files);
  await assert.rejects(
    resolve(fixture, { dataset: 'o/n' }, { HTTP_PROXY: 'http://127.0.0.1:1' }),
    /HubUnavailable|Cannot reach/,
  );
});
