import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { someBytes } from '../../support/hub.js';
import { temporaryFolder } from '../../support/folder.js';

const run = promisify(execFile);
const childPath = fileURLToPath(new URL('./direct-child.js', import.meta.url));

void test('over TLS bytes come whole from a server that is trusted, and none from one that is not', async (t) => {
  const dir = await temporaryFolder(t);
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const made = await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  ]).then(
    () => true,
    () => false,
  );
  if (!made) return t.skip('openssl is needed to make a certificate');
  const bytes = someBytes(7_000_003, 5);
  const server = createServer(
    { key: await readFile(key), cert: await readFile(cert) },
    (_request, response) => {
      response.writeHead(206, {
        'content-length': bytes.length,
        'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}`,
      });
      response.end(bytes);
    },
  );
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}/file`;
  const ask = (env: NodeJS.ProcessEnv): Promise<{ readonly stdout: string }> =>
    run(process.execPath, [childPath, url], { env: { ...process.env, ...env } });
  const { stdout } = await ask({ NODE_EXTRA_CA_CERTS: cert });
  const expected = createHash('sha256').update(bytes).digest('hex');
  assert.deepEqual(JSON.parse(stdout), [expected, expected]);
  await assert.rejects(ask({}), /self-signed certificate/);
});
