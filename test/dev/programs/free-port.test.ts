import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePort } from '../../../dev/programs/free-port.js';

void test('a free port can be listened on, and no connection that goes out is given it', async () => {
  for (let count = 0; count < 20; count += 1) {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    assert.ok(port < 32_768, String(port));
  }
});
