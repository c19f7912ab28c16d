import type { S3Client } from '@aws-sdk/client-s3';
import { defined } from '../../../core/defined.js';
import type { S3Connection, S3Sdk } from './connect.js';
import type { BucketPlace } from './place.js';
import { notOffered, type Refusal } from './refusal.js';
import type { Requests } from './requests.js';

/** A multipart upload that was begun and neither completed nor aborted. */
export interface Upload {
  /** Relative to the prefix of the store. */
  readonly key: string;
  readonly uploadId: string;
  /** By the clock of the service. */
  readonly begunAt: Date;
}

/** The uploads that a service has listed. */
export interface ListedUploads {
  readonly uploads: readonly Upload[];
  /** Why there may be others: the refusal of the service, or of one of its pages. */
  readonly refusal?: string;
}

/** Folders of a store with objects that are sent in parts. */
const ownFolders = /^(artifacts|blobs|runs)\//;

/**
 * The incomplete multipart uploads of a store: processes that were killed have left their parts, which are
 * billed, and which no list of objects shows. For housekeeping alone: services differ in what they list.
 */
export class IncompleteUploads {
  readonly #sdk: S3Sdk;
  readonly #client: S3Client;
  readonly #place: BucketPlace;
  readonly #requests: Requests;

  constructor(
    { sdk, client }: S3Connection,
    { place, requests }: { readonly place: BucketPlace; readonly requests: Requests },
  ) {
    this.#sdk = sdk;
    this.#client = client;
    this.#place = place;
    this.#requests = requests;
  }

  /**
   * Those below the prefix of the store. A page begins after the last key of the one before, without its
   * upload id, which versitygw refuses: further uploads of that key are found when these are gone.
   */
  async list(): Promise<ListedUploads> {
    const uploads: Upload[] = [];
    let last: string | undefined;
    do {
      const page = await this.#page(last);
      if ('refusal' in page) return { uploads, refusal: page.refusal };
      uploads.push(...page.uploads);
      last = page.next;
    } while (last !== undefined);
    return { uploads };
  }

  async #page(
    last: string | undefined,
  ): Promise<{ uploads: Upload[]; next: string | undefined } | { refusal: string }> {
    const { bucket, prefix } = this.#place;
    const input = { Bucket: bucket, Prefix: prefix, ...defined({ KeyMarker: last }) };
    return await this.#requests.send<{ uploads: Upload[]; next: string | undefined } | { refusal: string }>(
      { verb: 'list', what: 'incomplete uploads' },
      async () => {
        const answer = await this.#client.send(new this.#sdk.ListMultipartUploadsCommand(input));
        const { Uploads: found = [], IsTruncated, NextKeyMarker } = answer;
        const uploads = found.flatMap(({ Key, UploadId, Initiated }) =>
          Key !== undefined && UploadId !== undefined && Initiated !== undefined && this.#isOwn(Key)
            ? [{ key: Key.slice(prefix.length), uploadId: UploadId, begunAt: Initiated }]
            : [],
        );
        const isLast = IsTruncated !== true || NextKeyMarker === last;
        return { uploads, next: isLast ? undefined : NextKeyMarker };
      },
      { answer: notOffered },
    );
  }

  /** A store without a prefix may share its bucket. */
  #isOwn(key: string): boolean {
    return this.#place.prefix !== '' || ownFolders.test(key);
  }

  /** Bytes of the parts; `undefined` where the service does not list them, or they are gone. */
  async sizeOf(upload: Upload): Promise<number | undefined> {
    let bytes = 0;
    let marker: string | undefined;
    do {
      const input = { ...this.#at(upload), ...defined({ PartNumberMarker: marker }) };
      const page = await this.#requests.send<{ bytes: number; next: string | undefined } | undefined>(
        { verb: 'list', what: `parts of ${upload.key}` },
        async () => {
          const answer = await this.#client.send(new this.#sdk.ListPartsCommand(input));
          const { Parts = [], IsTruncated, NextPartNumberMarker: next } = answer;
          const sent = Parts.reduce((sum, { Size = 0 }) => sum + Size, 0);
          return { bytes: sent, next: IsTruncated === true && next !== marker ? next : undefined };
        },
        {
          answer: (refusal) =>
            isGone(refusal) || notOffered(refusal) !== undefined ? { is: undefined } : undefined,
        },
      );
      if (page === undefined) return undefined;
      bytes += page.bytes;
      marker = page.next;
    } while (marker !== undefined);
    return bytes;
  }

  /** Frees the parts; one that is gone is no error. */
  async abort(upload: Upload): Promise<void> {
    await this.#requests.send(
      { verb: 'delete', what: `the incomplete upload of ${upload.key}` },
      async () => {
        await this.#client.send(new this.#sdk.AbortMultipartUploadCommand(this.#at(upload)));
      },
      { answer: (refusal) => (isGone(refusal) ? { is: undefined } : undefined) },
    );
  }

  #at({ key, uploadId }: Upload): {
    readonly Bucket: string;
    readonly Key: string;
    readonly UploadId: string;
  } {
    return { Bucket: this.#place.bucket, Key: `${this.#place.prefix}${key}`, UploadId: uploadId };
  }
}

const isGone = ({ code }: Refusal): boolean => code === 'NoSuchUpload';
