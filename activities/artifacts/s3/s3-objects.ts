import type { S3Client } from '@aws-sdk/client-s3';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { defined } from '../../../core/defined.js';
import { sha256 } from '../../../files/sha256.js';
import type { ByteRange } from '../store.js';
import type { S3Connection, S3Sdk } from './connect.js';
import { Multipart } from './multipart.js';
import type { ObjectEntry, Objects, SignedGet } from './objects.js';
import type { BucketPlace } from './place.js';
import { isAbsent, type Refusal } from './refusal.js';
import { BrokenAnswer, type Requests } from './requests.js';
import type { S3Tuning } from './tuning.js';

type PutOptions = { readonly ifAbsent?: boolean; readonly signal?: AbortSignal };

/** A refusal that means `value` to the caller: the object is missing. */
const absentIs =
  <Value>(value: Value) =>
  (refusal: Refusal): { readonly is: Value } | undefined =>
    isAbsent(refusal) ? { is: value } : undefined;

/** The objects of an S3 service, by its SDK. */
export class S3Objects implements Objects {
  readonly #sdk: S3Sdk;
  readonly #client: S3Client;
  readonly #place: BucketPlace;
  readonly #requests: Requests;
  readonly #tuning: S3Tuning;

  constructor(
    { sdk, client }: S3Connection,
    options: { readonly place: BucketPlace; readonly requests: Requests; readonly tuning: S3Tuning },
  ) {
    this.#sdk = sdk;
    this.#client = client;
    this.#place = options.place;
    this.#requests = options.requests;
    this.#tuning = options.tuning;
  }

  get place(): string {
    return `s3://${this.#place.bucket}/${this.#place.prefix}`.replace(/\/$/, '');
  }

  get(key: string, range?: ByteRange): Promise<Buffer | undefined> {
    return this.#requests.send<Buffer | undefined>(
      `get ${key}`,
      async () => {
        const input = { ...this.#at(key), ...defined({ Range: range && rangeField(range) }) };
        const answer = await this.#client.send(new this.#sdk.GetObjectCommand(input));
        if (!(answer.Body instanceof Readable)) throw new BrokenAnswer('The answer has no body');
        return await wholeBody(answer.Body, answer.ContentLength, this.#tuning.stallMs);
      },
      {
        answer: (refusal) =>
          // The object ends before the range begins.
          refusal.code === 'InvalidRange' ? { is: Buffer.alloc(0) } : absentIs(undefined)(refusal),
      },
    );
  }

  sizeOf(key: string): Promise<number | undefined> {
    return this.#requests.send<number | undefined>(
      `look up ${key}`,
      async () => {
        const { ContentLength } = await this.#client.send(new this.#sdk.HeadObjectCommand(this.#at(key)));
        return ContentLength ?? 0;
      },
      { answer: absentIs(undefined) },
    );
  }

  async put(
    key: string,
    body: Uint8Array | { readonly path: string },
    options: PutOptions = {},
  ): Promise<'written' | 'exists'> {
    if (body instanceof Uint8Array) return await this.#putWhole(key, () => body, body.length, options);
    const { path } = body;
    const { size } = await stat(path);
    if (size <= this.#tuning.partBytes || options.ifAbsent === true)
      return await this.#putWhole(key, () => createReadStream(path, streamOptions), size, options);
    await this.#multipart(key).upload(path, size, options.signal);
    return 'written';
  }

  async upload(
    key: string,
    path: string,
    chunkBytes: number,
    signal?: AbortSignal,
  ): Promise<readonly string[]> {
    const chunks: string[] = [];
    for await (const bytes of createReadStream(path, { highWaterMark: chunkBytes }))
      chunks.push(sha256(bytes).toString('hex'));
    await this.put(key, { path }, defined({ signal }));
    return chunks;
  }

  async #putWhole(
    key: string,
    body: () => Uint8Array | Readable,
    sizeBytes: number,
    { ifAbsent, signal }: PutOptions,
  ): Promise<'written' | 'exists'> {
    let isConditional = ifAbsent === true;
    return await this.#requests.send<'written' | 'exists'>(
      `put ${key}`,
      async () => {
        const condition = isConditional ? { IfNoneMatch: '*' } : {};
        const input = { ...this.#at(key), ...condition, Body: body(), ContentLength: sizeBytes };
        await this.#client.send(new this.#sdk.PutObjectCommand(input), defined({ abortSignal: signal }));
        return 'written';
      },
      {
        signal,
        answer: (refusal) => {
          // A repeated request may find what the first one has written.
          if (refusal.status === 412) return { is: 'exists' };
          // A server without conditional writes: the next try does without.
          if (refusal.status === 501) isConditional = false;
          return undefined;
        },
      },
    );
  }

  async *list(prefix: string): AsyncIterable<ObjectEntry> {
    const { bucket, prefix: base } = this.#place;
    let token: string | undefined;
    do {
      const input = { Bucket: bucket, Prefix: `${base}${prefix}`, ...defined({ ContinuationToken: token }) };
      const page = await this.#requests.send(
        `list ${prefix}`,
        async () => await this.#client.send(new this.#sdk.ListObjectsV2Command(input)),
      );
      for (const { Key, Size, LastModified } of page.Contents ?? [])
        if (Key !== undefined && LastModified !== undefined)
          yield { key: Key.slice(base.length), sizeBytes: Size ?? 0, at: LastModified };
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += mostRemovedAtOnce) {
      const Objects = keys.slice(at, at + mostRemovedAtOnce).map((key) => ({ Key: this.#keyOf(key) }));
      await this.#requests.send(`delete ${Objects.length} objects`, async () => {
        const { Errors } = await this.#client.send(
          new this.#sdk.DeleteObjectsCommand({
            Bucket: this.#place.bucket,
            Delete: { Objects, Quiet: true },
          }),
        );
        const [first] = Errors ?? [];
        if (first !== undefined)
          throw Object.assign(new Error(`${first.Key}: ${first.Message}`), {
            name: first.Code ?? 'Error',
            $metadata: { httpStatusCode: first.Code === 'AccessDenied' ? 403 : 500 },
          });
      });
    }
  }

  async join(
    key: string,
    parts: readonly { readonly key: string; readonly sizeBytes: number }[],
  ): Promise<void> {
    if (parts.length === 0) await this.put(key, Buffer.alloc(0));
    else await this.#multipart(key).copy(parts.map((part) => ({ ...part, key: this.#keyOf(part.key) })));
  }

  signedGet(_key: string, _range?: ByteRange): Promise<SignedGet> {
    throw new Error('not yet');
  }

  #multipart(key: string): Multipart {
    const [sdk, client, requests, tuning] = [this.#sdk, this.#client, this.#requests, this.#tuning];
    return new Multipart({ sdk, client }, { requests, tuning, shownKey: key, at: this.#at(key) });
  }

  #keyOf(key: string): string {
    return `${this.#place.prefix}${key}`;
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#place.bucket, Key: this.#keyOf(key) };
  }
}

/** The service's own limit for a request. */
const mostRemovedAtOnce = 1000;
const streamOptions = { highWaterMark: 1 << 20 };

const rangeField = ({ from, to }: ByteRange): string => `bytes=${from}-${to - 1}`;

/** Reads a body to its end. A silent connection is cut: an unread body would keep its socket for ever. */
async function wholeBody(
  body: Readable,
  announcedBytes: number | undefined,
  stallMs: number,
): Promise<Buffer> {
  const timer = setTimeout(() => body.destroy(new BrokenAnswer('The connection went silent')), stallMs);
  const blocks: Buffer[] = [];
  try {
    for await (const block of body) {
      timer.refresh();
      blocks.push(Buffer.from(block));
    }
  } finally {
    clearTimeout(timer);
  }
  const bytes = Buffer.concat(blocks);
  if (announcedBytes !== undefined && bytes.length !== announcedBytes)
    throw new BrokenAnswer(`The answer ended after ${bytes.length} of ${announcedBytes} bytes`);
  return bytes;
}
