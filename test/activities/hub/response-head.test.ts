import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseResponseHead, plainBodyBytes } from '../../../activities/http/response-head.js';

const parsed = (text: string): ReturnType<typeof parseResponseHead> =>
  parseResponseHead(Buffer.from(text, 'latin1'));

void test('the head of a response ends at its empty line, and not before that has come', () => {
  const text = 'HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n\r\nabc';
  const head = parsed(text);
  assert.equal(head?.status, 206);
  assert.equal(text.slice(head.bodyAt), 'abc');
  for (let length = 0; length < head.bodyAt; length += 1)
    assert.equal(parsed(text.slice(0, length)), undefined);
});

void test('names of header fields are compared in lower case, and values of a repeated field are joined', () => {
  const head = parsed('HTTP/1.1 200\r\nX-Part: a\r\nEmpty:\r\nx-part:  b \r\n\r\n');
  assert.deepEqual(
    [...(head?.headers ?? [])],
    [
      ['x-part', 'a, b'],
      ['empty', ''],
    ],
  );
});

void test('what is not the head of an HTTP/1.1 response is an error', () => {
  assert.throws(() => parsed('HTTP/2 200\r\n\r\n'), /not HTTP/);
  assert.throws(() => parsed('HTTP/1.1 2000 OK\r\n\r\n'), /not HTTP/);
  assert.throws(() => parsed('HTTP/1.1 200 OK\r\n: nameless\r\n\r\n'), /without a name/);
  assert.throws(() => parsed(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(65 * 1024)}`), /no end/);
});

void test('only a body that is sent as it is has a length', () => {
  const lengthOf = (fields: Readonly<Record<string, string>>): number | undefined =>
    plainBodyBytes(new Map(Object.entries(fields)));
  assert.equal(lengthOf({ 'content-length': '5' }), 5);
  assert.equal(lengthOf({ 'content-length': '0' }), undefined);
  assert.equal(lengthOf({ 'content-length': '5, 5' }), undefined);
  assert.equal(lengthOf({}), undefined);
  assert.equal(lengthOf({ 'content-length': '5', 'content-encoding': 'gzip' }), undefined);
  assert.equal(lengthOf({ 'content-length': '5', 'transfer-encoding': 'chunked' }), undefined);
});

void test('a connection persists unless the server closes it or speaks HTTP/1.0 and does not keep it', () => {
  const persists = (version: string, field = ''): boolean | undefined =>
    parsed(`HTTP/${version} 200 OK\r\n${field}\r\n`)?.isPersistent;
  assert.equal(persists('1.1'), true);
  assert.equal(persists('1.1', 'Connection: Keep-Alive\r\n'), true);
  assert.equal(persists('1.1', 'Connection: Close\r\n'), false);
  assert.equal(persists('1.1', 'Connection: upgrade , close\r\n'), false);
  assert.equal(persists('1.0'), false);
  assert.equal(persists('1.0', 'connection: keep-alive\r\n'), true);
});
