import type { S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { inParallel } from '../../threads/in-parallel.js';
import { HeadraceError } from '../../../core/errors.js';
import type { S3Connection, S3Sdk } from './connect.js';
import type { FilePart, FileTransfers } from './file-transfers.js';
import { isAbsent } from './refusal.js';
import type { JoinedPart } from './objects.js';
import type { Requests } from './requests.js';

/** Where an upload goes. */
interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

/** A part of an upload. */
interface Numbered {
  readonly UploadId: string;
  readonly PartNumber: number;
}

/** Parts of one object that are sent or copied at a time. */
const partsAtOnce = 4;
/** Name of the metadata by which an upload knows its own object. */
const tokenName = 'headrace-upload';

/** Makes one object of parts. */
export class Multipart {
  readonly #sdk: S3Sdk;
  readonly #client: S3Client;
  readonly #requests: Requests;
  readonly #files: FileTransfers;
  readonly #key: string;
  readonly #at: Target;
  readonly #token = randomUUID();

  constructor(
    { sdk, client }: Pick<S3Connection, 'sdk' | 'client'>,
    options: {
      readonly requests: Requests;
      readonly files: FileTransfers;
      /** For messages. */
      readonly shownKey: string;
      readonly at: Target;
    },
  ) {
    this.#sdk = sdk;
    this.#client = client;
    this.#requests = options.requests;
    this.#files = options.files;
    this.#key = options.shownKey;
    this.#at = options.at;
  }

  /** Sends a file in parts of `partBytes`. Returns the SHA-256 of each chunk, in hex. */
  async upload(
    file: { readonly path: string; readonly chunkBytes: number },
    sizeBytes: number,
    partBytes: number,
    signal?: AbortSignal,
  ): Promise<readonly string[]> {
    const parts = Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => ({
      ...file,
      from: index * partBytes,
      to: Math.min(sizeBytes, (index + 1) * partBytes),
    }));
    const chunks: string[][] = [];
    const send = async (
      part: FilePart,
      numbered: Numbered,
      both: AbortSignal,
    ): Promise<string | undefined> => {
      const sent = await this.#files.putPart({ ...this.#at, ...numbered }, part, both);
      chunks[numbered.PartNumber] = [...sent.chunks];
      return sent.ETag;
    };
    await this.#make(parts, send, signal);
    return chunks.flat();
  }

  /** Joins objects of the same bucket and files of this disk. @param parts - with whole keys. */
  async join(parts: readonly JoinedPart[]): Promise<void> {
    await this.#make(parts, async (part, numbered, signal) => {
      if ('path' in part) {
        const file = { path: part.path, chunkBytes: part.sizeBytes, from: 0, to: part.sizeBytes };
        return (await this.#files.putPart({ ...this.#at, ...numbered }, file, signal)).ETag;
      }
      const { key } = part;
      const CopySource = encodeURI(`${this.#at.Bucket}/${key}`);
      const input = { ...this.#at, ...numbered, CopySource };
      try {
        const answer = await this.#client.send(new this.#sdk.UploadPartCopyCommand(input));
        return answer.CopyPartResult?.ETag;
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'NoSuchKey') throw error;
        throw new HeadraceError(
          'ArtifactMissingError',
          `The bucket ${this.#at.Bucket} has no object ${key}, which is a part of ${this.#key}`,
        );
      }
    });
  }

  async #make<Part>(
    parts: readonly Part[],
    send: (part: Part, numbered: Numbered, signal: AbortSignal) => Promise<string | undefined>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<void> {
    const UploadId = await this.#begin();
    try {
      const numbered = parts.map((part, index) => ({ part, PartNumber: index + 1 }));
      const Parts = await inParallel(numbered, partsAtOnce, signal, async ({ part, PartNumber }, both) => {
        const ETag = await this.#requests.send(
          { verb: 'put', what: `part ${PartNumber} of ${this.#key}` },
          () => send(part, { UploadId, PartNumber }, both),
          { signal: both },
        );
        return { PartNumber, ...(ETag === undefined ? {} : { ETag }) };
      });
      await this.#complete({ ...this.#at, UploadId, MultipartUpload: { Parts } });
    } catch (error) {
      await this.#abort(UploadId);
      throw error;
    }
  }

  async #begin(): Promise<string> {
    const input = { ...this.#at, Metadata: { [tokenName]: this.#token } };
    return await this.#requests.send({ verb: 'begin', what: this.#key }, async () => {
      const { UploadId } = await this.#client.send(new this.#sdk.CreateMultipartUploadCommand(input));
      if (UploadId === undefined) throw new Error('The answer has no upload id');
      return UploadId;
    });
  }

  /** A repeated request finds no such upload where the answer to the first one was lost. */
  async #complete(input: ConstructorParameters<S3Sdk['CompleteMultipartUploadCommand']>[0]): Promise<void> {
    const isLost = await this.#requests.send(
      { verb: 'complete', what: this.#key },
      async () => {
        await this.#client.send(new this.#sdk.CompleteMultipartUploadCommand(input));
        return false;
      },
      { answer: ({ code }) => (code === 'NoSuchUpload' ? { is: true } : undefined) },
    );
    if (!isLost) return;
    const token = await this.#requests.send<string | undefined>(
      { verb: 'look up', what: this.#key },
      async () => (await this.#client.send(new this.#sdk.HeadObjectCommand(this.#at))).Metadata?.[tokenName],
      { answer: (refusal) => (isAbsent(refusal) ? { is: undefined } : undefined) },
    );
    if (token !== this.#token)
      throw new HeadraceError(
        'StoreUnavailableError',
        `The S3 service has lost the upload of ${this.#key} before it was complete`,
      );
  }

  /** Frees the parts. Where this fails as well, they stay until `cache gc` or a rule of the bucket. */
  async #abort(UploadId: string): Promise<void> {
    const input = { ...this.#at, UploadId };
    await this.#client.send(new this.#sdk.AbortMultipartUploadCommand(input)).catch(() => undefined);
  }
}
