import type { S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { writeAll } from '../../../files/file-writer.js';
import { sha256 } from '../../../files/sha256.js';
import type { Way } from '../../http/way.js';
import type { ByteRange } from '../store.js';
import type { S3Connection, S3Sdk } from './connect.js';
import type { Received, Target } from './objects.js';
import { Bulk } from './transfer/bulk.js';
import type { GetResult, PlainAnswer } from './transfer/bulk-messages.js';
import { GetSigner } from './transfer/get-signer.js';
import { signedRequest, type SignedRequest } from './transfer/signed-request.js';
import { wholeBody } from './whole-body.js';

/** The object of a request. */
interface At {
  readonly Bucket: string;
  readonly Key: string;
}

/** A stretch of a file that is sent, and the size of the chunks that are hashed. */
export interface FilePart {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly chunkBytes: number;
}

/** What came of a sent stretch. */
interface SentPart {
  readonly ETag: string | undefined;
  readonly chunks: readonly string[];
}

/**
 * Moves bytes between objects and files of this disk. A thread has the bytes; the SDK makes the requests,
 * save most GETs, and turns refusals into errors. Each call is one try.
 */
export class FileTransfers {
  readonly #sdk: S3Sdk;
  readonly #client: S3Client;
  readonly #wayTo: S3Connection['wayTo'];
  readonly #bulk: Bulk;
  readonly #signer: GetSigner;
  readonly #stallMs: number;

  constructor({ sdk, client, wayTo }: S3Connection, stallMs: number) {
    this.#sdk = sdk;
    this.#client = client;
    this.#wayTo = wayTo;
    this.#stallMs = stallMs;
    this.#bulk = new Bulk(stallMs);
    this.#signer = new GetSigner(client);
  }

  async get(
    input: At & { readonly Range: string; readonly IfMatch?: string; readonly VersionId?: string },
    { from, to }: ByteRange,
    target: Target,
    signal: AbortSignal | undefined,
  ): Promise<Received> {
    const bytes = to - from;
    const ask = (request: SignedRequest): Promise<GetResult> =>
      this.#bulk.get({ ...request, ...this.#wayOf(request), ...target, bytes }, signal);
    const { Range: range, IfMatch: etag, VersionId: versionId } = input;
    const signed = await this.#signer.sign(input.Key, { range, etag, versionId });
    const first = signed === undefined ? undefined : await ask(signed);
    if (first !== undefined && !('other' in first)) return { sizeBytes: bytes, sha256: first.sha256 };
    let written: Received | undefined;
    const command = new this.#sdk.GetObjectCommand(input);
    command.middlewareStack.add(
      (next) => async (args) => {
        const request = signedRequest(args.request);
        this.#signer.learn(request.url, input.Key);
        const result = first ?? (await ask(request));
        if (!('other' in result)) {
          written = { sizeBytes: bytes, sha256: result.sha256 };
          return { response: responseOf({ status: 206, headers: {}, body: '' }) };
        }
        // An answer whose body the thread has not read: the SDK fetches it itself.
        if (result.other.body === undefined && result.other.status < 500) return await next(args);
        return { response: responseOf(result.other) };
      },
      inPlaceOfHttp,
    );
    const answer = await this.#client.send(command);
    if (written !== undefined) return written;
    const body = await wholeBody(answer, this.#stallMs);
    const found = target.sha256 === undefined ? undefined : sha256(body).toString('hex');
    if (body.length === bytes && found === target.sha256) writeAll(target.descriptor, body, target.at);
    return { sizeBytes: body.length, sha256: found };
  }

  async put(at: At, file: FilePart, signal: AbortSignal | undefined): Promise<SentPart> {
    const sent = this.#sender(file, signal);
    const command = new this.#sdk.PutObjectCommand({ ...at, ContentLength: file.to - file.from });
    command.middlewareStack.add((next) => (args) => next(unsigned(args)), beforeSigning);
    command.middlewareStack.add(() => (args) => sent.send(args.request), inPlaceOfHttp);
    const { ETag } = await this.#client.send(command);
    return { ETag, chunks: sent.chunks() };
  }

  async putPart(
    at: At & { readonly UploadId: string; readonly PartNumber: number },
    file: FilePart,
    signal: AbortSignal | undefined,
  ): Promise<SentPart> {
    const sent = this.#sender(file, signal);
    const command = new this.#sdk.UploadPartCommand({ ...at, ContentLength: file.to - file.from });
    command.middlewareStack.add((next) => (args) => next(unsigned(args)), beforeSigning);
    command.middlewareStack.add(() => (args) => sent.send(args.request), inPlaceOfHttp);
    const { ETag } = await this.#client.send(command);
    return { ETag, chunks: sent.chunks() };
  }

  #wayOf({ url }: SignedRequest): { readonly way: Way } {
    return { way: this.#wayTo(new URL(url)) };
  }

  #sender(
    file: FilePart,
    signal: AbortSignal | undefined,
  ): {
    send(request: unknown): Promise<{ response: unknown }>;
    chunks(): readonly string[];
  } {
    let chunks: readonly string[] = [];
    return {
      send: async (request) => {
        const signed = signedRequest(request);
        const sent = await this.#bulk.put({ ...signed, ...this.#wayOf(signed), ...file }, signal);
        chunks = sent.chunks;
        return { response: responseOf(sent.answer) };
      },
      chunks: () => chunks,
    };
  }
}

/** An answer as the SDK has it from its own HTTP client. */
function responseOf({ status, headers, body }: PlainAnswer): unknown {
  return { statusCode: status, headers, body: Readable.from([Buffer.from(body ?? '')]) };
}

const inPlaceOfHttp = { step: 'deserialize', priority: 'low', name: 'bytesInThread' } as const;
const beforeSigning = { step: 'build', name: 'unsignedBody' } as const;

/**
 * A request whose signature does not cover the body: it is hashed while it is sent. What arrived is verified
 * when it is read.
 */
function unsigned<Args extends { readonly request: unknown }>(args: Args): Args {
  const { request } = args;
  if (typeof request === 'object' && request !== null && 'headers' in request)
    Object.assign(request.headers ?? {}, { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' });
  return args;
}
