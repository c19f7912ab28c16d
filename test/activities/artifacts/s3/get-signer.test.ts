import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Client } from '@aws-sdk/client-s3';
import { GetSigner } from '../../../../activities/artifacts/s3/transfer/get-signer.js';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

/** A signer whose clock shows the midnight of the example. */
function signerOf(client: S3Client): GetSigner {
  client.config.systemClockOffset = Date.parse('2013-05-24T00:00:00Z') - Date.now() + 100;
  return new GetSigner(client);
}

// The example "GET Object" of docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
void test("a GET has the signature of Amazon's example", async () => {
  const signer = signerOf(new S3Client({ region: 'us-east-1', credentials }));
  assert.equal(await signer.sign('test.txt', { range: 'bytes=0-9' }), undefined);
  signer.learn('https://examplebucket.s3.amazonaws.com/other.txt?x-id=GetObject', 'other.txt');
  const signed = await signer.sign('test.txt', { range: 'bytes=0-9' });
  assert.equal(signed?.url, 'https://examplebucket.s3.amazonaws.com/test.txt');
  assert.equal(
    signed.headers['authorization'],
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});

void test('the token of a session is part of the signature', async () => {
  const client = new S3Client({
    region: 'us-east-1',
    credentials: { ...credentials, sessionToken: 'token' },
  });
  const signer = signerOf(client);
  signer.learn('http://127.0.0.1:9000/bucket/a%20b', 'a b');
  const signed = await signer.sign('c/d e', { range: 'bytes=0-9', etag: '"1"' });
  assert.equal(signed?.url, 'http://127.0.0.1:9000/bucket/c/d%20e');
  assert.equal(signed.headers['x-amz-security-token'], 'token');
  assert.match(
    signed.headers['authorization'] ?? '',
    /SignedHeaders=host;if-match;range;x-amz-content-sha256;x-amz-date;x-amz-security-token,/,
  );
  const version = await signer.sign('c', { range: 'bytes=0-9', versionId: 'a/b+' });
  assert.equal(version?.url, 'http://127.0.0.1:9000/bucket/c?versionId=a%2Fb%2B');
});
