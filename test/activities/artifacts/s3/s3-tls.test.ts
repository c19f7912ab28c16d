import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HeadraceError, type ErrorType } from '../../../../core/errors.js';
import type { Env } from '../../../../core/env.js';
import { sha256 } from '../../../../files/sha256.js';
import { bytesOf, openTestStore } from '../../../support/s3-store.js';
import { s3Server } from '../../../support/s3.js';
import { roundTrip } from '../../../support/round-trip.js';
import { tlsS3Server, type TlsS3 } from '../../../support/tls-s3.js';

const childPath = fileURLToPath(new URL('./store-child.js', import.meta.url));

async function serverOf(t: TestContext): Promise<TlsS3 | undefined> {
  const s3 = await tlsS3Server(t, 'localhost');
  if (s3 === undefined) t.skip('openssl is needed to make certificates');
  return s3;
}

/** The error of opening the store, which must come at once. */
async function expectError(
  s3: Pick<TlsS3, 'place' | 'env'>,
  over: Env,
  type: ErrorType,
  message: RegExp,
  remedy: RegExp,
): Promise<void> {
  const warnings: string[] = [];
  const error = await openTestStore(s3, over, warnings).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof HeadraceError, String(error));
  assert.equal(error.type, type, error.message);
  assert.match(error.message, message);
  assert.match(error.remedy, remedy);
  assert.equal(error.retryable, false);
  assert.deepEqual(warnings, [], 'it is not tried again');
}

void test('over TLS, with an authority that AWS_CA_BUNDLE names, bytes are put, brought and read by ranges', async (t) => {
  const s3 = await serverOf(t);
  if (s3 === undefined) return;
  await roundTrip(s3, { AWS_CA_BUNDLE: s3.authority });
});

void test('a process knows the authority that NODE_EXTRA_CA_CERTS names, in its threads too', async (t) => {
  const s3 = await serverOf(t);
  if (s3 === undefined) return;
  const { stdout } = await promisify(execFile)(process.execPath, [childPath], {
    env: { ...process.env, ...s3.env, AWS_CA_BUNDLE: '', NODE_EXTRA_CA_CERTS: s3.authority },
  });
  assert.equal(stdout, sha256(bytesOf('a', 3_000_000)).toString('hex'));
});

void test('an unknown authority and a wrong host name are one clear error each, which is not retried', async (t) => {
  const s3 = await serverOf(t);
  if (s3 === undefined) return;
  await expectError(
    s3,
    {},
    'StoreCertificateError',
    /s3:\/\/headrace-test\/store: \w+: unable to verify the first certificate/,
    /NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE/,
  );
  await expectError(
    s3,
    { AWS_CA_BUNDLE: s3.authority, AWS_ENDPOINT_URL_S3: `https://127.0.0.1:${s3.port}` },
    'StoreCertificateError',
    /ERR_TLS_CERT_ALTNAME_INVALID: .*127\.0\.0\.1/,
    /host name that the certificate has in AWS_ENDPOINT_URL_S3/,
  );
  await expectError(
    s3,
    { AWS_CA_BUNDLE: '/nowhere/authority.pem' },
    'StoreCertificateError',
    /AWS_CA_BUNDLE names \/nowhere\/authority\.pem, which cannot be read: ENOENT/,
    /PEM file/,
  );
});

void test('https to a server without TLS is an error that names the address', async (t) => {
  const s3 = await s3Server(t);
  await expectError(
    s3,
    { AWS_ENDPOINT_URL_S3: s3.proxy.url.replace('http:', 'https:') },
    'StoreAnswerError',
    /wrong version number/,
    /does not speak TLS: .*AWS_ENDPOINT_URL_S3/,
  );
});
