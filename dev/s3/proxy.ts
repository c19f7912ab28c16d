import { Agent, createServer, request as send } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultyBody } from './answer-body.js';
import { S3Faults } from './faults.js';
import type { ArmedFault, S3Fault } from './faults.js';
import { operationOf } from './operations.js';
import type { Operation } from './operations.js';
import { RequestCounts } from './request-counts.js';
import type { OperationCount } from './request-counts.js';
import type { RootKey } from './root-key.js';
import { signAgain } from './sign-again.js';
import { withoutObjects } from './stale-list.js';

export interface S3ProxyOptions {
  /** The server behind it: `http://127.0.0.1:7070`. It must check signatures by the `Host` that it gets. */
  readonly target: string;
  /** The key of the server, for requests that the proxy changes. */
  readonly key: RootKey;
  /** @default a free port */
  readonly port?: number;
}

/** An S3 server with faults, which counts its requests. */
export interface S3Proxy {
  /** For `AWS_ENDPOINT_URL_S3`. */
  readonly url: string;
  /** Arms a fault. Returns a function that counts the requests that it was applied to. */
  fault(fault: S3Fault): () => number;
  clearFaults(): void;
  counts(): Readonly<Partial<Record<Operation, OperationCount>>>;
  resetCounts(): void;
  close(): Promise<void>;
}

/** One request on its way through the proxy. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly operation: Operation;
  /** `/bucket/key`, decoded. */
  readonly path: string;
  readonly taken: readonly ArmedFault[];
}

/** Starts a proxy on 127.0.0.1 in front of an S3 server. */
export async function startS3Proxy({ target, key, port }: S3ProxyOptions): Promise<S3Proxy> {
  const proxy = new Proxy(new URL(target), key);
  const server = createServer((request, response) => proxy.handle(request, response));
  // A pause of the client between two requests of a connection is no reason to cut it.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: (fault) => proxy.faults.arm(fault),
    clearFaults: () => proxy.faults.clear(),
    counts: () => proxy.counts.counts(),
    resetCounts: () => proxy.counts.reset(),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      proxy.close();
      await closed;
    },
  };
}

class Proxy {
  readonly faults = new S3Faults();
  readonly counts = new RequestCounts();
  readonly #target: URL;
  readonly #key: RootKey;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(target: URL, key: RootKey) {
    this.#target = target;
    this.#key = key;
  }

  close(): void {
    this.#agent.destroy();
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.#target);
    const isCopy = request.headers['x-amz-copy-source'] !== undefined;
    const operation = operationOf(request.method ?? 'GET', url, isCopy);
    const path = decodeURIComponent(url.pathname);
    this.counts.request(operation);
    const taken = this.faults.take(operation, path);
    const exchange = { request, response, operation, path, taken };
    void this.#play(exchange).catch(() => this.#cut(exchange));
  }

  async #play(exchange: Exchange): Promise<void> {
    const { request, taken } = exchange;
    const faults = taken.map(({ fault }) => fault);
    const delay = faults.find((fault) => fault.kind === 'delay');
    if (delay !== undefined) await sleep(delay.ms);
    const own = faults.find(
      (fault) => fault.kind === 'error' || fault.kind === 'error-in-200' || fault.kind === 'answer',
    );
    if (own === undefined) return this.#forward(exchange, faults);
    // The body is taken from the connection, so that the next request of it begins where this one ends.
    request.resume();
    if (own.kind === 'answer') this.#answer(exchange, 200, own.xml);
    else this.#answerError(exchange, own.kind === 'error' ? own.status : 200, own);
  }

  #answer({ response, operation }: Exchange, status: number, xml: string, headers = {}): void {
    response.writeHead(status, { ...headers, 'Content-Type': 'application/xml' });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
    this.counts.answered(operation, status);
  }

  #answerError(
    exchange: Exchange,
    status: number,
    {
      code,
      message = 'A fault of the proxy.',
      headers = {},
    }: {
      readonly code: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): void {
    const content = `<Code>${code}</Code><Message>${message}</Message><RequestId>fault</RequestId>`;
    this.#answer(exchange, status, `<Error>${content}</Error>`, headers);
  }

  #forward(exchange: Exchange, faults: readonly S3Fault[]): void {
    const { request, response, operation } = exchange;
    const upstream = send({
      host: this.#target.hostname,
      port: this.#target.port,
      agent: this.#agent,
      method: request.method,
      path: request.url,
      headers: this.#headers(request, faults),
    });
    upstream.on('error', () => this.#cut(exchange));
    upstream.on('response', (answer) => {
      void this.#passOn(exchange, faults, answer).catch(() => this.#cut(exchange));
    });
    response.on('close', () => {
      if (!response.writableFinished) upstream.destroy();
    });
    request.on('data', (chunk: Buffer) => this.counts.sent(operation, chunk.length));
    request.pipe(upstream);
  }

  #headers(request: IncomingMessage, faults: readonly S3Fault[]): IncomingMessage['headers'] {
    const { method = 'GET', url = '/', headers } = request;
    const ignored = faults.flatMap(({ kind }) => ignoredBy[kind] ?? []);
    const found = ignored.filter((name) => headers[name] !== undefined);
    return found.length === 0 ? headers : signAgain({ method, url, headers }, found, this.#key);
  }

  async #passOn(exchange: Exchange, faults: readonly S3Fault[], answer: IncomingMessage): Promise<void> {
    const { response, operation, path, taken } = exchange;
    const status = answer.statusCode ?? 502;
    if (writes.has(operation) && status === 200) this.faults.noteWritten(path);
    if (faults.some(({ kind }) => kind === 'lose-answer')) {
      await buffer(answer);
      return this.#cut(exchange);
    }
    this.counts.answered(operation, status);
    const stale = taken.find(({ fault }) => fault.kind === 'stale-list');
    if (stale !== undefined) {
      const [, bucket = ''] = path.split('/');
      const body = withoutObjects((await buffer(answer)).toString('utf8'), bucket, stale.written);
      response.writeHead(status, { 'Content-Type': 'application/xml' }).end(body);
      return;
    }
    response.writeHead(status, answer.headers);
    response.flushHeaders();
    answer.on('error', () => response.destroy());
    const body = faultyBody({
      faults,
      cut: () => response.destroy(),
      passed: (bytes) => this.counts.received(operation, bytes),
    });
    answer.pipe(body).pipe(response);
  }

  #cut({ response, operation }: Exchange): void {
    if (!response.headersSent) this.counts.answered(operation, 'cut');
    response.destroy();
  }
}

/** The headers that a fault ignores. */
const ignoredBy: { readonly [Kind in S3Fault['kind']]?: readonly string[] } = {
  'ignore-condition': ['if-none-match', 'if-match'],
  'ignore-token': ['x-amz-security-token'],
};

const writes: ReadonlySet<Operation> = new Set(['PutObject', 'CopyObject', 'CompleteMultipartUpload']);
