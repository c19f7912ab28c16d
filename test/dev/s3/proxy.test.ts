import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { s3Server } from '../../support/s3.js';
import type { TestS3 } from '../../support/s3.js';

/** A client without retries, so that each fault shows. */
function clientOf(context: TestContext, { env, key }: TestS3): S3Client {
  const client = new S3Client({
    endpoint: env['AWS_ENDPOINT_URL_S3'] ?? '',
    region: env['AWS_REGION'] ?? '',
    credentials: { ...key },
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  context.after(() => client.destroy());
  return client;
}

async function fixture(context: TestContext) {
  const s3 = await s3Server(context);
  const client = clientOf(context, s3);
  const { bucket: Bucket } = s3;
  return {
    s3,
    put: (Key: string, Body: string | Buffer, ifAbsent = false) =>
      client.send(new PutObjectCommand({ Bucket, Key, Body, ...(ifAbsent ? { IfNoneMatch: '*' } : {}) })),
    get: async (Key: string) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    list: async () => {
      const { Contents = [], KeyCount } = await client.send(new ListObjectsV2Command({ Bucket }));
      assert.equal(KeyCount, Contents.length);
      return Contents.map(({ Key }) => Key);
    },
    client,
  };
}

void test('objects are files of the bucket, and a killed server has them again', async (context) => {
  const { s3, put, get } = await fixture(context);
  await put('a/b', 'content');
  assert.equal(await readFile(join(s3.bucketDir, 'a/b'), 'utf8'), 'content');
  await s3.kill();
  await assert.rejects(get('a/b'));
  await s3.restart();
  assert.equal((await get('a/b')).toString(), 'content');
});

void test('requests are counted by operation, with the bytes of their bodies', async (context) => {
  const { s3, put, get, list } = await fixture(context);
  await put('a', 'four');
  await get('a');
  await get('a');
  await list();
  await assert.rejects(get('none'));
  const { PutObject, GetObject, ListObjectsV2 } = s3.proxy.counts();
  assert.deepEqual(PutObject, { requests: 1, sentBytes: 4, receivedBytes: 0, answers: { 200: 1 } });
  assert.deepEqual(GetObject?.answers, { 200: 2, 404: 1 });
  assert.equal(ListObjectsV2?.requests, 1);
  s3.proxy.resetCounts();
  assert.deepEqual(s3.proxy.counts(), {});
});

void test('an error applies to each n-th request that it names', async (context) => {
  const { s3, put, get } = await fixture(context);
  const fired = s3.proxy.fault({
    kind: 'error',
    status: 503,
    code: 'SlowDown',
    operation: 'GetObject',
    path: /\/a$/,
    every: 2,
  });
  await put('a', 'x');
  await put('b', 'x');
  await get('a');
  await assert.rejects(get('a'), { name: 'SlowDown' });
  await get('b');
  await get('a');
  assert.equal(fired(), 1);
  s3.proxy.clearFaults();
  await get('a');
});

void test('a body is cut, inverted or silent at the byte that a fault names', async (context) => {
  const { s3, put, get, client } = await fixture(context);
  const content = Buffer.alloc(300_000, 7);
  await put('a', content);
  s3.proxy.fault({ kind: 'drop-after', bytes: 200_000, times: 1 });
  await assert.rejects(get('a'));
  s3.proxy.fault({ kind: 'corrupt', offset: 250_000, times: 1 });
  const damaged = await get('a');
  assert.equal(damaged[250_000], 7 ^ 0xff);
  damaged[250_000] = 7;
  assert.ok(damaged.equals(content));
  s3.proxy.fault({ kind: 'stall', bytes: 100_000, times: 1 });
  const aborted = new AbortController();
  const { Body } = await client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: 'a' }), {
    abortSignal: aborted.signal,
  });
  let received = 0;
  await assert.rejects(async () => {
    for await (const chunk of Body?.transformToWebStream() ?? []) {
      received += chunk.length;
      if (received === 100_000) aborted.abort();
    }
  });
  assert.equal(received, 100_000);
});

void test('a lost answer leaves the object written', async (context) => {
  const { s3, put, get } = await fixture(context);
  s3.proxy.fault({ kind: 'lose-answer', operation: 'PutObject', times: 1 });
  await assert.rejects(put('a', 'mine', true));
  await assert.rejects(put('a', 'other', true), { name: 'PreconditionFailed' });
  assert.equal((await get('a')).toString(), 'mine');
});

void test('a server that ignores conditions lets a second writer win', async (context) => {
  const { s3, put, get } = await fixture(context);
  await put('a b+c', 'first', true);
  s3.proxy.fault({ kind: 'ignore-condition' });
  await put('a b+c', 'second', true);
  assert.equal((await get('a b+c')).toString(), 'second');
});

void test('a stale list lacks what was written since', async (context) => {
  const { s3, put, list } = await fixture(context);
  await put('old', 'x');
  s3.proxy.fault({ kind: 'stale-list' });
  await put('new & newer', 'x');
  assert.deepEqual(await list(), ['old']);
  s3.proxy.clearFaults();
  assert.deepEqual(await list(), ['new & newer', 'old']);
});

void test('a completion may answer with an error and status 200, and nothing is done', async (context) => {
  const { s3, get, client } = await fixture(context);
  const upload = { Bucket: s3.bucket, Key: 'joined' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
  const part = { ...upload, UploadId, PartNumber: 1 };
  const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: 'part' }));
  const complete = () =>
    client.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    );
  s3.proxy.fault({ kind: 'error-in-200', code: 'InternalError', times: 1 });
  await assert.rejects(complete(), { name: 'InternalError' });
  await assert.rejects(get('joined'), { name: 'NoSuchKey' });
  await complete();
  assert.equal((await get('joined')).toString(), 'part');
});
