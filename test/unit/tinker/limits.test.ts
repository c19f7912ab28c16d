import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { connectedTo } from './answering-server.js';

/** The answers of a Tinker server are bounded, whatever their headers promise. */

/** Sends blanks until the connection is closed. Returns a function: how many bytes were sent. */
function endlessly(response: ServerResponse): () => number {
  const blanks = Buffer.alloc(1 << 20, ' ');
  let sent = 0;
  const more = (): void => {
    while (!response.destroyed) {
      sent += blanks.length;
      if (!response.write(blanks)) {
        response.once('drain', more);
        return;
      }
    }
  };
  more();
  return () => sent;
}

void test('an answer without an end is cut off at the limit and not requested again', async (t) => {
  const sent: (() => number)[] = [];
  const tinker = await connectedTo(t, (_request, response) => sent.push(endlessly(response)));
  await assert.rejects(tinker.capabilities(), { kind: 'protocol', message: /answers with more than/ });
  assert.equal(sent.length, 1);
  assert.ok((sent[0]?.() ?? 0) < 400 << 20);
});

void test('an answer that announces more than any has is not read', async (t) => {
  const tinker = await connectedTo(t, (_request, response) => {
    response.writeHead(200, { 'content-length': String(2 ** 40) });
    response.write('{');
  });
  await assert.rejects(tinker.capabilities(), { kind: 'protocol', message: /answers with more than/ });
});

void test('a small answer that unpacks to a large one is cut off at the limit', async (t) => {
  const bomb = gzipSync(Buffer.alloc(300 << 20, ' '));
  assert.ok(bomb.length < 1 << 20);
  const tinker = await connectedTo(t, (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' });
    response.end(bomb);
  });
  await assert.rejects(tinker.capabilities(), { kind: 'protocol', message: /answers with more than/ });
});

void test('of an error page without an end the beginning is shown', async (t) => {
  const tinker = await connectedTo(t, (_request, response) => {
    response.writeHead(403, { 'content-type': 'text/plain' });
    response.write('no entry');
    endlessly(response);
  });
  await assert.rejects(tinker.capabilities(), { kind: 'auth', status: 403, message: /no entry/ });
});
