import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isExemptFromProxy } from '../../../../core/hub/no-proxy.js';

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
