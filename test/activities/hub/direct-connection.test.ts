import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionPool } from '../../../activities/http/connection-pool.js';
import { DirectConnection, type DirectResponse } from '../../../activities/http/direct-connection.js';
import { someBytes } from '../../support/hub.js';

/** A server that answers each request (its head) with `answer`. */
async function serve(
  t: TestContext,
  answer: (socket: Socket, head: string) => Promise<void> | void,
): Promise<URL> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let head = '';
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      const request = head;
      head = '';
      void answer(socket, request);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/file?Signature=a%2Fb`);
}

const headOf = (length: number, more = ''): string =>
  `HTTP/1.1 206 Partial Content\r\nContent-Length: ${length}\r\nContent-Range: bytes 0-${length - 1}/${length}\r\n${more}\r\n`;

interface Asked {
  readonly answer: Promise<DirectResponse>;
  readonly bytes: () => Buffer;
}

function ask(connection: DirectConnection, url: URL, onBytes: () => void = () => undefined): Asked {
  const parts: Buffer[] = [];
  const answer = connection.get({
    url,
    headers: { range: 'bytes=0-' },
    accepts: (status) => status === 206,
    onBytes: (bytes) => {
      parts.push(Buffer.from(bytes));
      onBytes();
    },
  });
  return { answer, bytes: () => Buffer.concat(parts) };
}

void test('bytes come as they were sent, held back where that is requested, and the connection serves again', async (t) => {
  const bytes = someBytes(9_000_001);
  const heads: string[] = [];
  const url = await serve(t, (socket, head) => {
    heads.push(head);
    socket.write(headOf(bytes.length));
    socket.write(bytes);
  });
  const connection = new DirectConnection(url);
  t.after(() => connection.destroy());
  const first = ask(connection, url);
  assert.equal((await first.answer).isRead, true);
  assert.ok(first.bytes().equals(bytes));
  assert.ok(connection.isReusable);
  let pauses = 0;
  const second = ask(connection, url, () => {
    if (pauses >= 5) return;
    pauses += 1;
    connection.pause();
    setTimeout(() => connection.resume(), 5);
  });
  await second.answer;
  assert.equal(pauses, 5);
  assert.ok(second.bytes().equals(bytes));
  assert.match(
    heads[0] ?? '',
    /^GET \/file\?Signature=a%2Fb HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\nrange: bytes=0-\r\n\r\n$/,
  );
});

void test('a head in pieces is put together, and a body of one byte in the same packet is a body', async (t) => {
  const url = await serve(t, async (socket) => {
    for (const part of headOf(3, 'X-Other: 1\r\n').split(/(?<=t)/)) {
      socket.write(part);
      await sleep(2);
    }
    socket.write('abc');
  });
  const connection = new DirectConnection(url);
  t.after(() => connection.destroy());
  const { answer, bytes } = ask(connection, url);
  assert.equal((await answer).headers.get('x-other'), '1');
  assert.equal(String(bytes()), 'abc');
  const tiny = await serve(t, (socket) => void socket.write(`${headOf(1)}a`));
  const one = ask(new DirectConnection(tiny), tiny);
  assert.equal((await one.answer).isRead, true);
  assert.equal(String(one.bytes()), 'a');
});

void test('what has come before a connection breaks was handed on', async (t) => {
  const url = await serve(t, (socket) => void socket.end(`${headOf(1000)}only this`));
  const { answer, bytes } = ask(new DirectConnection(url), url);
  await assert.rejects(answer, /ended early/);
  assert.equal(String(bytes()), 'only this');
});

for (const [what, reply] of [
  ['another status', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nlate'],
  ['a whole file', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfile'],
  ['chunks', 'HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfile\r\n0\r\n\r\n'],
  ['an encoding', `HTTP/1.1 206 Partial Content\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nfile`],
] as const)
  void test(`${what} is left to fetch, and none of it is handed on`, async (t) => {
    const url = await serve(t, (socket) => void socket.write(reply));
    const connection = new DirectConnection(url);
    const { answer, bytes } = ask(connection, url);
    assert.equal((await answer).isRead, false);
    assert.equal(bytes().length, 0);
    assert.ok(!connection.isReusable);
  });

void test('more bytes than announced, and what is no HTTP, are errors', async (t) => {
  const tooMany = await serve(t, (socket) => void socket.write(`${headOf(3)}abcd`));
  await assert.rejects(ask(new DirectConnection(tooMany), tooMany).answer, /longer than its Content-Length/);
  const strange = await serve(t, (socket) => void socket.write('SSH-2.0-OpenSSH\r\n\r\n'));
  await assert.rejects(ask(new DirectConnection(strange), strange).answer, /not HTTP/);
  await assert.rejects(
    ask(new DirectConnection(new URL('http://127.0.0.1:1/')), new URL('http://127.0.0.1:1/')).answer,
    /ECONNREFUSED/,
  );
});

void test('what the taker throws ends the request, and so does a destroy', async (t) => {
  const url = await serve(t, (socket) => void socket.write(`${headOf(3)}a`));
  const full = ask(new DirectConnection(url), url, () => {
    throw new Error('disk full');
  });
  await assert.rejects(full.answer, /disk full/);
  const connection = new DirectConnection(url);
  const silent = ask(connection, url, () => setImmediate(() => connection.destroy(new Error('enough'))));
  await assert.rejects(silent.answer, /enough/);
});

void test('a pool hands out a connection to the same origin once, and none that is gone', async (t) => {
  const url = await serve(t, (socket) => void socket.write(`${headOf(1)}a`));
  const pool = new ConnectionPool();
  const first = pool.take(url);
  assert.ok(!first.isReused);
  await ask(first.connection, url).answer;
  pool.give(first.connection);
  const second = pool.take(url);
  assert.equal(second.connection, first.connection);
  const third = pool.take(url);
  assert.ok(!third.isReused);
  second.connection.destroy();
  pool.give(second.connection);
  const fourth = pool.take(url);
  assert.ok(!fourth.isReused);
  for (const { connection } of [third, fourth]) connection.destroy();
});

void test('after an answer that is the last of its connection, the next request gets a new one', async (t) => {
  const requests: number[] = [];
  const connections: Socket[] = [];
  const url = await serve(t, (socket) => {
    if (!connections.includes(socket)) connections.push(socket);
    requests.push(connections.indexOf(socket));
    // Of a second request it would only read: some servers wait for the client to close.
    if (requests.filter((each) => each === connections.indexOf(socket)).length === 1)
      socket.write(`${headOf(3, 'Connection: close\r\n')}abc`);
  });
  const pool = new ConnectionPool();
  for (let request = 0; request < 3; request += 1) {
    const { connection } = pool.take(url);
    assert.equal((await ask(connection, url).answer).isRead, true);
    pool.give(connection);
  }
  assert.deepEqual(requests, [0, 1, 2]);
});
