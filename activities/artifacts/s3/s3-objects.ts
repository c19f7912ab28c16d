import type { S3Client } from '@aws-sdk/client-s3';
import { stat } from 'node:fs/promises';
import { defined } from '../../../core/defined.js';
import type { LifecycleRule } from '../../../core/store/lifecycle.js';
import type { ByteRange } from '../store.js';
import type { S3Connection, S3Sdk } from './connect.js';
import { FileTransfers } from './file-transfers.js';
import { Multipart } from './multipart.js';
import type {
  JoinedPart,
  ObjectEntry,
  ObjectFacts,
  Objects,
  Received,
  Target,
  WantedVersion,
} from './objects.js';
import { bucketPlaceText, type BucketPlace } from './place.js';
import { isAbsent, isNoVersion, notOffered, type Offered, type Refusal } from './refusal.js';
import type { Requests } from './requests.js';
import { IncompleteUploads } from './incomplete-uploads.js';
import { wholeBody } from './whole-body.js';
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
  readonly #files: FileTransfers;
  readonly uploads: IncompleteUploads;

  constructor(
    connection: S3Connection,
    options: { readonly place: BucketPlace; readonly requests: Requests; readonly tuning: S3Tuning },
  ) {
    this.#sdk = connection.sdk;
    this.#client = connection.client;
    this.#place = options.place;
    this.#requests = options.requests;
    this.#tuning = options.tuning;
    this.#files = new FileTransfers(connection, options.tuning.stallMs);
    this.uploads = new IncompleteUploads(connection, options);
  }

  get place(): string {
    return bucketPlaceText(this.#place);
  }

  get(key: string, range?: ByteRange): Promise<Buffer | undefined> {
    return this.#requests.send<Buffer | undefined>(
      { verb: 'get', what: key },
      async () => {
        const input = { ...this.#at(key), ...defined({ Range: range && rangeField(range) }) };
        const answer = await this.#client.send(new this.#sdk.GetObjectCommand(input));
        return await wholeBody(answer, this.#tuning.stallMs);
      },
      {
        answer: (refusal) =>
          refusal.code === endsBefore ? { is: Buffer.alloc(0) } : absentIs(undefined)(refusal),
      },
    );
  }

  download(
    key: string,
    range: ByteRange,
    target: Target,
    signal?: AbortSignal,
    version: WantedVersion = {},
  ): Promise<Received | undefined> {
    const { etag: IfMatch, versionId: VersionId } = version;
    const input = { ...this.#at(key), Range: rangeField(range), ...defined({ IfMatch, VersionId }) };
    return this.#requests.send<Received | undefined>(
      { verb: 'get', what: key },
      () => this.#files.get(input, range, target, signal),
      {
        signal,
        answer: (refusal) => {
          if (refusal.code === endsBefore) return { is: { sizeBytes: 0, sha256: undefined } };
          const isOther = refusal.status === 412 || (VersionId !== undefined && isNoVersion(refusal));
          return isOther ? { is: undefined } : absentIs(undefined)(refusal);
        },
      },
    );
  }

  lookUp(key: string, versionId?: string): Promise<ObjectFacts | undefined> {
    const input = { ...this.#at(key), ...defined({ VersionId: versionId }) };
    return this.#requests.send<ObjectFacts | undefined>(
      { verb: 'look up', what: key },
      async () => {
        const found = await this.#client.send(new this.#sdk.HeadObjectCommand(input));
        const { ContentLength: sizeBytes = 0, ETag: etag = '', VersionId } = found;
        return { sizeBytes, etag, ...defined({ versionId: VersionId }) };
      },
      {
        answer: (refusal) =>
          versionId !== undefined && isNoVersion(refusal) ? { is: undefined } : absentIs(undefined)(refusal),
      },
    );
  }

  async put(
    key: string,
    body: Uint8Array | { readonly path: string },
    options: PutOptions = {},
  ): Promise<'written' | 'exists'> {
    if (body instanceof Uint8Array) return await this.#putBytes(key, body, options);
    await this.upload(key, body.path, this.#tuning.partBytes, options.signal);
    return 'written';
  }

  async upload(
    key: string,
    path: string,
    chunkBytes: number,
    signal?: AbortSignal,
  ): Promise<readonly string[]> {
    const { size } = await stat(path);
    if (size === 0) await this.#putBytes(key, Buffer.alloc(0), {});
    if (size === 0) return [];
    // A part has whole chunks.
    const partBytes = Math.ceil(this.#tuning.partBytes / chunkBytes) * chunkBytes;
    if (size > partBytes)
      return await this.#multipart(key).upload({ path, chunkBytes }, size, partBytes, signal);
    const file = { path, from: 0, to: size, chunkBytes };
    const { chunks } = await this.#requests.send(
      { verb: 'put', what: key },
      () => this.#files.put(this.#at(key), file, signal),
      { signal },
    );
    return chunks;
  }

  async #putBytes(
    key: string,
    bytes: Uint8Array,
    { ifAbsent, signal }: PutOptions,
  ): Promise<'written' | 'exists'> {
    let isConditional = ifAbsent === true;
    return await this.#requests.send<'written' | 'exists'>(
      { verb: 'put', what: key },
      async () => {
        const condition = isConditional ? { IfNoneMatch: '*' } : {};
        const input = { ...this.#at(key), ...condition, Body: bytes };
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
        { verb: 'list', what: prefix },
        async () => await this.#client.send(new this.#sdk.ListObjectsV2Command(input)),
      );
      for (const { Key, Size, LastModified, ETag = '' } of page.Contents ?? [])
        if (Key !== undefined && LastModified !== undefined)
          yield { key: Key.slice(base.length), sizeBytes: Size ?? 0, at: LastModified, etag: ETag };
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += mostRemovedAtOnce) {
      const Objects = keys.slice(at, at + mostRemovedAtOnce).map((key) => ({ Key: this.#keyOf(key) }));
      await this.#requests.send({ verb: 'delete', what: `${Objects.length} objects` }, async () => {
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

  async join(key: string, parts: readonly JoinedPart[]): Promise<void> {
    const whole = parts.map((part) => ('key' in part ? { ...part, key: this.#keyOf(part.key) } : part));
    if (parts.length === 0) await this.put(key, Buffer.alloc(0));
    else await this.#multipart(key).join(whole);
  }

  lifecycleRules(): Promise<Offered<readonly LifecycleRule[]>> {
    const input = { Bucket: this.#place.bucket };
    return this.#requests.send<Offered<readonly LifecycleRule[]>>(
      { verb: 'look up', what: 'the lifecycle rules' },
      async () => {
        const command = new this.#sdk.GetBucketLifecycleConfigurationCommand(input);
        return { answer: (await this.#client.send(command)).Rules ?? [] };
      },
      {
        answer: (refusal) =>
          refusal.code === 'NoSuchLifecycleConfiguration' ? { is: { answer: [] } } : notOffered(refusal),
      },
    );
  }

  #multipart(key: string): Multipart {
    const [sdk, client, requests, files] = [this.#sdk, this.#client, this.#requests, this.#files];
    return new Multipart({ sdk, client }, { requests, files, shownKey: key, at: this.#at(key) });
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
/** Code of the answer where the object ends before the range begins. */
const endsBefore = 'InvalidRange';

const rangeField = ({ from, to }: ByteRange): string => `bytes=${from}-${to - 1}`;
