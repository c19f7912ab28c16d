import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { HeadraceError } from '../../../../core/errors.js';
import type { ErrorType } from '../../../../core/errors.js';
import type { Env } from '../../../../core/env.js';
import { temporaryFolder } from '../../../support/folder.js';
import { s3Server, type TestS3 } from '../../../support/s3.js';
import { openTestStore, putFiles } from '../../../support/s3-store.js';

async function errorOf(s3: TestS3, over: Env, place = s3.place): Promise<HeadraceError> {
  const error = await openTestStore({ env: s3.env, place }, over).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof HeadraceError, String(error));
  return error;
}

function expectError(error: HeadraceError, type: ErrorType, message: RegExp, remedy: RegExp): void {
  assert.equal(error.type, type, error.message);
  assert.match(error.message, message);
  assert.match(error.remedy, remedy);
}

void test('what only the user can help is one clear error each, at once', async (t) => {
  const s3 = await s3Server(t);
  s3.proxy.resetCounts();
  expectError(
    await errorOf(s3, {}, 's3://no-such-bucket/store'),
    'BucketMissingError',
    /s3:\/\/no-such-bucket\/store.*404 NoSuchBucket/,
    /HEADRACE_STORE/,
  );
  expectError(
    await errorOf(s3, {}, 's3://B/store'),
    'UsageError',
    /s3:\/\/B\/store.*expected s3:\/\/bucket\/prefix/,
    /./,
  );
  expectError(
    await errorOf(s3, { AWS_SECRET_ACCESS_KEY: 'another-secret' }),
    'StoreForbiddenError',
    /403 SignatureDoesNotMatch/,
    /credentials/,
  );
  expectError(
    await errorOf(s3, { AWS_ACCESS_KEY_ID: 'another-key' }),
    'StoreForbiddenError',
    /another|No user|\*\*\*/,
    /credentials/,
  );
  expectError(
    await errorOf(s3, { AWS_REGION: 'eu-west-1' }),
    'StoreRegionError',
    /eu-west-1.*us-east-1/,
    /AWS_REGION/,
  );
  const requests = s3.proxy.counts().GetObject?.requests ?? 0;
  assert.ok(requests <= 4, `${requests} requests`);
});

void test('a clock that differs is corrected by the answer; one that cannot be is an error', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const skewed = { kind: 'error', status: 403, code: 'RequestTimeTooSkewed' } as const;
  const once = s3.proxy.fault({ ...skewed, times: 1 });
  assert.equal(await store.read('uses/a'), undefined);
  assert.equal(once(), 1);
  s3.proxy.fault(skewed);
  await assert.rejects(store.read('uses/a'), (error: unknown) => {
    assert.ok(error instanceof HeadraceError);
    expectError(error, 'StoreClockError', /RequestTimeTooSkewed/, /clock/);
    return true;
  });
});

void test('a bucket that may not be written to is an error of permission that names the object', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  s3.proxy.fault({
    kind: 'error',
    status: 403,
    code: 'AccessDenied',
    operation: ['PutObject', 'UploadPart'],
  });
  await assert.rejects(putFiles(store, { 'a.txt': 'a' }), (error: unknown) => {
    assert.ok(error instanceof HeadraceError);
    expectError(
      error,
      'StoreForbiddenError',
      /put artifacts\/piece\/.*manifest\.json.*403 AccessDenied/,
      /put/,
    );
    return true;
  });
});

void test('without a key, and with a server that is none of S3, the error says so', async (t) => {
  const s3 = await s3Server(t);
  const noKey = { AWS_ACCESS_KEY_ID: '', AWS_EC2_METADATA_DISABLED: 'true' };
  expectError(await errorOf(s3, noKey), 'StoreForbiddenError', /[Cc]redentials/, /credentials/);
  const server = createServer((_, response) => response.writeHead(418).end('<html>no S3</html>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expectError(
    await errorOf(s3, { AWS_ENDPOINT_URL_S3: url }),
    'StoreAnswerError',
    /418/,
    /AWS_ENDPOINT_URL_S3/,
  );
});

void test('keys, tokens and signatures are in no error and no warning', async (t) => {
  const [id, key, token] = ['AKIA-planted-id', 'planted-secret-key', 'planted-session-token'];
  const signature = 'ab'.repeat(32);
  const server = createServer((request, response) => {
    const status = request.url?.includes('busy') === true ? 503 : 403;
    response.writeHead(status, { 'Content-Type': 'application/xml' });
    const signed = `X-Amz-Signature=${signature} Signature=${signature} ${request.headers.authorization}`;
    const message = `<Message>${id} ${key} ${token} ${signed}</Message>`;
    response.end(`<Error><Code>Refused</Code>${message}<StringToSign>${id}</StringToSign></Error>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const common = {
    HEADRACE_CACHE: await temporaryFolder(t),
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
  };
  const inVariables = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_SESSION_TOKEN: token };
  const profile = join(common.HEADRACE_CACHE, 'credentials');
  const lines = [`aws_access_key_id=${id}`, `aws_secret_access_key=${key}`, `aws_session_token=${token}`];
  await writeFile(profile, ['[default]', ...lines].join('\n'));
  // The SDK finds profiles by the variables of the process alone.
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = profile;
  for (const place of ['s3://test-bucket/busy', 's3://test-bucket/forbidden'])
    for (const variables of [inVariables, {}]) {
      const warnings: string[] = [];
      const error = await openTestStore({ place, env: { ...common, ...variables } }, {}, warnings).catch(
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof HeadraceError);
      const shown = [inspect(error, { depth: 9 }), ...warnings].join('\n');
      assert.match(shown, /Refused: \*\*\* \*\*\* \*\*\*/);
      for (const secret of [id, key, token, signature, /Signature=[0-9a-f]{64}/])
        assert.ok(shown.search(secret) === -1, `${secret} is in ${shown}`);
    }
});
