import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { readFully } from '../../../../files/read-fully.js';
import { wayKey, type Way } from '../../../http/way.js';
import { PlainWayAgent, SecureWayAgent } from '../../../http/way-agents.js';
import {
  DiskError,
  mostAnswerBytes,
  type PlainAnswer,
  type PutMessage,
  type PutResult,
} from './bulk-messages.js';

/** A file is read, hashed and sent in blocks of this size, which stay in the processor's cache meanwhile. */
const blockBytes = 256 << 10;

/** Servers close idle connections after some seconds, so older ones are not reused. */
const pooled = { keepAlive: true, timeout: 4_000 };

interface Agents {
  readonly plain: PlainWayAgent;
  readonly secure: SecureWayAgent;
}
const agentsOfWays = new Map<string, Agents>();

function agentsOf(way: Way): Agents {
  const agents = agentsOfWays.get(wayKey(way)) ?? {
    plain: new PlainWayAgent(() => way, pooled),
    secure: new SecureWayAgent(() => way, pooled),
  };
  agentsOfWays.set(wayKey(way), agents);
  return agents;
}

/** Sends a stretch of a file, and hashes its chunks on the way. */
export class PutTransfer {
  readonly #message: PutMessage;
  readonly #chunks: string[] = [];
  #hash: Hash = createHash('sha256');
  #hashed = 0;
  #request: ClientRequest | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(message: PutMessage) {
    this.#message = message;
  }

  async run(): Promise<PutResult> {
    const { path, stallMs } = this.#message;
    const descriptor = onDisk(() => openSync(path, 'r'));
    this.#timer = setTimeout(() => this.#request?.destroy(new Error('The connection went silent')), stallMs);
    try {
      const request = this.#open();
      this.#request = request;
      const answered = answerOf(request);
      // It is awaited below; the connection may break before.
      answered.catch(() => undefined);
      const isSent = await this.#send(request, descriptor, answered);
      const answer = await answered;
      // The server would take the next request for the rest of this one.
      if (!isSent) request.destroy();
      return { answer, chunks: this.#chunks };
    } finally {
      clearTimeout(this.#timer);
      closeSync(descriptor);
    }
  }

  stop(): void {
    this.#request?.destroy(new Error('The transfer was stopped'));
  }

  #open(): ClientRequest {
    const url = new URL(this.#message.url);
    const isSecure = url.protocol === 'https:';
    const { plain, secure } = agentsOf(this.#message.way);
    const options = { method: 'PUT', headers: this.#message.headers };
    return isSecure
      ? requestSecure(url, { ...options, agent: secure })
      : requestPlain(url, { ...options, agent: plain });
  }

  /** Sends the bytes. False where an answer came before their end, which refuses them. */
  async #send(request: ClientRequest, descriptor: number, answered: Promise<unknown>): Promise<boolean> {
    const { from, to } = this.#message;
    let isAnswered = false;
    const early = answered.then(
      () => (isAnswered = true),
      () => (isAnswered = true),
    );
    const buffer = Buffer.allocUnsafeSlow(Math.min(blockBytes, to - from));
    for (let at = from; at < to; at += blockBytes) {
      if (isAnswered) return false;
      const block = buffer.subarray(0, to - at);
      const read = onDisk(() => readFully(descriptor, block, at));
      if (read < block.length) throw new DiskError(new Error(`${this.#message.path} is shorter than it was`));
      this.#digest(block);
      const written = new Promise<void>((resolve) => request.write(block, () => resolve()));
      await Promise.race([written, early]);
      this.#timer?.refresh();
    }
    if (this.#hashed > 0) this.#endChunk();
    request.end();
    return true;
  }

  #digest(block: Buffer): void {
    const { chunkBytes } = this.#message;
    for (let at = 0; at < block.length;) {
      const end = Math.min(block.length, at + chunkBytes - this.#hashed);
      this.#hash.update(block.subarray(at, end));
      this.#hashed += end - at;
      at = end;
      if (this.#hashed === chunkBytes) this.#endChunk();
    }
  }

  #endChunk(): void {
    this.#chunks.push(this.#hash.digest('hex'));
    this.#hash = createHash('sha256');
    this.#hashed = 0;
  }
}

/** The answer, whole. */
async function answerOf(request: ClientRequest): Promise<PlainAnswer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
  const blocks: Buffer[] = [];
  let bytes = 0;
  for await (const block of response) {
    bytes += block.length;
    if (bytes > mostAnswerBytes) request.destroy(new Error('The answer is too long'));
    blocks.push(block);
  }
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  );
  return { status: response.statusCode ?? 0, headers, body: Buffer.concat(blocks).toString('utf8') };
}

function onDisk<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new DiskError(error);
  }
}
