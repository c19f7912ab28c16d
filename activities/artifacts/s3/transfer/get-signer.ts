import type { S3Client } from '@aws-sdk/client-s3';
import { createHmac, hash } from 'node:crypto';
import { defined } from '../../../../core/defined.js';
import { escaped, type SignedRequest } from './signed-request.js';

/** The SHA-256 of an empty body. */
const noBody = hash('sha256', '');

/** What of an object is asked for. */
interface Asked {
  /** As in `bytes=0-99`. */
  readonly range: string;
  /** Of the version that is meant. @default any */
  readonly etag?: string | undefined;
  /** @default that of the current version */
  readonly versionId?: string | undefined;
}

/**
 * Signs GETs of one bucket with Signature Version 4
 * (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). The SDK takes a millisecond of the
 * main thread for each request, which counts where a mix has thousands. Address, key, region and clock are
 * those of the SDK.
 */
export class GetSigner {
  readonly #client: S3Client;
  /** The URL of the bucket, with a slash at its end. */
  #base: string | undefined;
  #signingKey: { readonly of: string; readonly key: Buffer } | undefined;

  constructor(client: S3Client) {
    this.#client = client;
  }

  /** Takes the address of the bucket from a request that the SDK has made. */
  learn(url: string, key: string): void {
    const [address = ''] = url.split('?');
    const path = pathOf(key);
    if (address.endsWith(`/${path}`)) this.#base = address.slice(0, address.length - path.length);
  }

  /** The request; `undefined` before the first one of the SDK. */
  async sign(key: string, { range, etag, versionId }: Asked): Promise<SignedRequest | undefined> {
    if (this.#base === undefined) return undefined;
    const { credentials, region, systemClockOffset } = this.#client.config;
    const [identity, regionName] = await Promise.all([credentials(), region()]);
    const url = new URL(`${this.#base}${pathOf(key)}`);
    const query = versionId === undefined ? '' : `versionId=${escaped(versionId)}`;
    // As 20261128T115432Z.
    const time = new Date(Date.now() + systemClockOffset).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const scope = `${time.slice(0, 8)}/${regionName}/s3/aws4_request`;
    // In the order of their names.
    const headers: Record<string, string> = {
      host: url.host,
      ...defined({ 'if-match': etag }),
      range,
      'x-amz-content-sha256': noBody,
      'x-amz-date': time,
      ...defined({ 'x-amz-security-token': identity.sessionToken }),
    };
    const fields = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    const names = Object.keys(headers).join(';');
    const canonical = ['GET', url.pathname, query, fields.join(''), names, noBody].join('\n');
    const toSign = ['AWS4-HMAC-SHA256', time, scope, hash('sha256', canonical)].join('\n');
    const signature = hmac(this.#keyOf(identity.secretAccessKey, scope), toSign).toString('hex');
    const credential = `Credential=${identity.accessKeyId}/${scope}`;
    const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`;
    return { url: `${url.href}${query === '' ? '' : `?${query}`}`, headers: { ...headers, authorization } };
  }

  /** The key of a day and region. */
  #keyOf(secret: string, scope: string): Buffer {
    const of = `${scope} ${secret}`;
    if (this.#signingKey?.of !== of) {
      const key = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
      this.#signingKey = { of, key };
    }
    return this.#signingKey.key;
  }
}

function pathOf(key: string): string {
  return key.split('/').map(escaped).join('/');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
