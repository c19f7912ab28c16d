import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeCertificates } from '../../support/certificates.js';
import { someBytes } from '../../support/hub.js';
import { temporaryFolder } from '../../support/folder.js';

const run = promisify(execFile);
const childPath = fileURLToPath(new URL('./direct-child.js', import.meta.url));

void test('over TLS bytes come whole from a server that is trusted, and none from one that is not', async (t) => {
  const dir = await temporaryFolder(t);
  const made = await makeCertificates(dir, 'localhost');
  if (made === undefined) return t.skip('openssl is needed to make a certificate');
  const bytes = someBytes(7_000_003, 5);
  const server = createServer(
    { key: await readFile(made.key), cert: await readFile(made.certificate) },
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
  const { stdout } = await ask({ NODE_EXTRA_CA_CERTS: made.authority });
  const expected = createHash('sha256').update(bytes).digest('hex');
  assert.deepEqual(JSON.parse(stdout), [expected, expected]);
  await assert.rejects(ask({}), /unable to verify the first certificate/);
});
