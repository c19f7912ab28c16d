import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { checkBucket } from '../../../../client/doctor/check-bucket.js';
import { HeadraceError } from '../../../../core/errors.js';
import { connectProxy, type ConnectProxy } from '../../../support/connect-proxy.js';
import { roundTrip } from '../../../support/round-trip.js';
import { bytesOf, newRef, openTestStore, putFiles } from '../../../support/s3-store.js';
import { s3Server } from '../../../support/s3.js';
import { tlsS3Server, type TlsS3 } from '../../../support/tls-s3.js';

/** A name that the proxy alone knows: whatever goes past it fails. */
const inside = 's3.inside.test';

/** An S3 server with TLS that only the proxy reaches, and the proxy. */
async function behindProxy(
  t: TestContext,
): Promise<{ readonly s3: TlsS3; readonly proxy: ConnectProxy } | undefined> {
  const proxy = await connectProxy(t, { [inside]: '127.0.0.1' });
  const s3 = await tlsS3Server(t, inside);
  if (s3 === undefined) {
    t.skip('openssl is needed to make certificates');
    return undefined;
  }
  return { proxy, s3: { ...s3, env: { ...s3.env, AWS_CA_BUNDLE: s3.authority } } };
}

void test('with HTTPS_PROXY every request and every byte of a store goes through the proxy', async (t) => {
  const found = await behindProxy(t);
  if (found === undefined) return;
  const { s3, proxy } = found;
  const withUser = proxy.url.replace('//', '//user:a%20password@');
  await roundTrip(s3, { HTTPS_PROXY: withUser });
  assert.deepEqual(new Set(proxy.tunnels), new Set([`${inside}:${s3.port}`]));
  const expected = `Basic ${Buffer.from('user:a password').toString('base64')}`;
  assert.deepEqual(new Set(proxy.authorizations), new Set([expected]));
  const [first] = await checkBucket(s3.place, { ...s3.env, HTTPS_PROXY: withUser });
  assert.ok(first?.message.endsWith(`through the proxy ${proxy.url}`), first?.message);
});

/** A server without TLS that only the proxy reaches by its name, and the proxy. */
async function plainBehindProxy(t: TestContext): Promise<{
  readonly s3: Pick<TlsS3, 'place' | 'env'>;
  readonly proxy: ConnectProxy;
  readonly url: string;
}> {
  const { place, env, proxy: server } = await s3Server(t);
  const proxy = await connectProxy(t, { [inside]: '127.0.0.1' });
  const url = server.url.replace('127.0.0.1', inside);
  return { proxy, url, s3: { place, env: { ...env, AWS_ENDPOINT_URL_S3: url } } };
}

void test('a service without TLS is reached through HTTP_PROXY, and directly where it is on this machine', async (t) => {
  const { s3, proxy, url } = await plainBehindProxy(t);
  await roundTrip(s3, { HTTP_PROXY: proxy.url, HTTPS_PROXY: 'http://127.0.0.1:1' });
  assert.deepEqual(new Set(proxy.tunnels), new Set([new URL(url).host]));
  const near = await s3Server(t);
  await roundTrip(near, { HTTP_PROXY: 'http://127.0.0.1:1' });
});

void test('a proxy that refuses is one error that names it, also for transfers; a busy one is tried again', async (t) => {
  const { s3, proxy } = await plainBehindProxy(t);
  const env = { HTTP_PROXY: proxy.url.replace('//', '//user:a-password@') };
  const { store } = await openTestStore(s3, env);
  const { ref } = await putFiles(store, { 'a.bin': bytesOf('a', 1_000_000) });
  const warnings: string[] = [];
  const cache = `${s3.env['HEADRACE_CACHE']}-2`;
  const { store: other } = await openTestStore(s3, { ...env, HEADRACE_CACHE: cache }, warnings);
  const artifact = await other.get(ref);
  proxy.refuse(403);
  const isRefused = (error: unknown): true => {
    assert.ok(error instanceof HeadraceError, String(error));
    assert.equal(error.type, 'StoreProxyError', error.message);
    assert.equal(error.retryable, false);
    assert.match(
      error.message,
      /The proxy http:\/\/127\.0\.0\.1:\d+ answers CONNECT s3\.inside\.test:\d+ with 403/,
    );
    assert.ok(!error.message.includes('a-password'), error.message);
    return true;
  };
  const bring = (): Promise<void> => other.bring([{ artifact, file: 'a.bin' }], () => Promise.resolve());
  await assert.rejects(bring(), isRefused, 'a GET of the transfer thread');
  const put = putFiles(store, { 'b.bin': bytesOf('b', 1_000_000) });
  await assert.rejects(put, isRefused, 'a PUT of the transfer thread');
  await assert.rejects(store.find(newRef()), isRefused, 'a request of the SDK');
  assert.ok(!warnings.some((line) => line.includes('ProxyRefused')), warnings.join('\n'));
  proxy.refuse(503);
  await assert.rejects(store.find(newRef()), {
    type: 'StoreUnavailableError',
    message: /answers CONNECT .* with 503.*\(6 tries\)/,
  });
});

void test('a proxy that is not there is an unavailable store, and the message names the proxy', async (t) => {
  const { s3 } = await plainBehindProxy(t);
  await assert.rejects(openTestStore(s3, { HTTP_PROXY: 'http://127.0.0.1:1' }), {
    type: 'StoreUnavailableError',
    message: /Cannot reach the proxy http:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/,
  });
});
