import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isExemptFromProxy, proxiesIn } from '../../../core/proxy.js';

const cases: readonly (readonly [string, string, boolean])[] = [
  ['https://huggingface.co/a', '', false],
  ['https://huggingface.co/a', '*', true],
  ['https://huggingface.co/a', 'localhost, huggingface.co', true],
  ['https://cdn.huggingface.co/a', 'huggingface.co', true],
  ['https://cdn.huggingface.co/a', '.huggingface.co', true],
  ['https://cdn.huggingface.co/a', '*.HuggingFace.co', true],
  ['https://nothuggingface.co/a', 'huggingface.co', false],
  ['http://127.0.0.1:8080/', '127.0.0.1', true],
  ['http://127.0.0.1:8080/', '127.0.0.1:8080', true],
  ['http://127.0.0.1:8080/', '127.0.0.1:80', false],
  ['https://mirror.local/', 'mirror.local:443', true],
];
for (const [url, noProxy, exempt] of cases)
  void test(`${url} is ${exempt ? '' : 'not '}exempt by NO_PROXY="${noProxy}"`, () => {
    assert.equal(isExemptFromProxy(new URL(url), noProxy), exempt);
  });

void test('each proxy is for its own protocol, lower case wins, a name alone is an HTTP proxy, and none is for this machine', () => {
  const [secure, plain] = [new URL('https://b.s3.eu-west-1.amazonaws.com/k'), new URL('http://minio:9000/k')];
  const both = proxiesIn({ HTTPS_PROXY: 'http://upper:1', https_proxy: 'lower:3128', HTTP_PROXY: '' });
  assert.equal(both?.(secure), 'http://lower:3128');
  assert.equal(both(plain), undefined);
  assert.equal(proxiesIn({ HTTP_PROXY: 'http://p:1' })?.(plain), 'http://p:1');
  assert.equal(proxiesIn({ HTTP_PROXY: 'http://p:1', NO_PROXY: '.minio' })?.(plain), undefined);
  for (const own of ['http://127.0.0.1:9000', 'http://localhost:9000', 'http://[::1]:9000', 'http://127.1'])
    assert.equal(proxiesIn({ HTTP_PROXY: 'http://p:1' })?.(new URL(own)), undefined, own);
  assert.equal(proxiesIn({ HTTPS_PROXY: '', NO_PROXY: 'minio' }), undefined);
});

void test('a proxy of another kind is an error that does not show its password', () => {
  for (const proxy of ['socks5://user:a-password@p:1080', 'http://user:a-password@:x'])
    assert.throws(
      () => proxiesIn({ HTTPS_PROXY: proxy }),
      (error: Error) => /^HTTPS_PROXY is not the URL of an HTTP proxy$/.test(error.message),
    );
});
