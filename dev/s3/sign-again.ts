import { createHash, createHmac } from 'node:crypto';
import type { RootKey } from './root-key.js';

/** The head of a request. Names of headers are in lower case. */
export interface RequestHead {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const authorization = /^AWS4-HMAC-SHA256 Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=/;

/**
 * The headers of a request without some of them, signed anew with Signature Version 4
 * (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
 *
 * @throws {Error} where the request has no such signature in its headers.
 */
export function signAgain(
  { method, url, headers }: RequestHead,
  without: readonly string[],
  key: RootKey,
): Record<string, string | string[]> {
  const kept = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      without.includes(name) || value === undefined ? [] : [[name, value] as const],
    ),
  );
  const [, scope = '', signed = ''] = authorization.exec(String(headers['authorization'])) ?? [];
  if (scope === '') throw new Error(`${method} ${url} has no signature in its headers`);
  const names = signed.split(';').filter((name) => !without.includes(name));
  const [path = '', query = ''] = url.split('?');
  const canonical = [
    method,
    path,
    canonicalQuery(query),
    ...names.map((name) => `${name}:${String(kept[name] ?? '').trim()}`),
    '',
    names.join(';'),
    String(kept['x-amz-content-sha256']),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', String(kept['x-amz-date']), scope, sha256(canonical)].join('\n');
  const signingKey = scope
    .split('/')
    .reduce<Buffer>((from, part) => hmac(from, part), Buffer.from(`AWS4${key.secretAccessKey}`));
  const signature = hmac(signingKey, toSign).toString('hex');
  const credential = `Credential=${key.accessKeyId}/${scope}`;
  kept['authorization'] =
    `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return kept;
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
