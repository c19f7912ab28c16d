import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What one read of the socket may bring. */
const bufferBytes = 1 << 20;
const longestHeadBytes = 64 * 1024;

/** Header fields by name in small letters. `Headers` would load Node's `fetch` into the thread. */
type HeaderFields = ReadonlyMap<string, string>;

export interface DirectRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Told when the head is there: whether its body is wanted. Where not, the connection goes. */
  readonly accepts: (status: number, headers: HeaderFields, lengthBytes: number) => boolean;
  /** Takes bytes of the body, which are good until it returns. What it throws ends the request. */
  readonly take: (bytes: Uint8Array) => void;
}

export interface DirectAnswer {
  readonly status: number;
  readonly headers: HeaderFields;
  /** The body was accepted and has come whole. */
  readonly isWhole: boolean;
}

interface Pending {
  readonly request: DirectRequest;
  readonly resolve: (answer: DirectAnswer) => void;
  readonly reject: (error: Error) => void;
  head: { readonly status: number; readonly headers: HeaderFields } | undefined;
  /** Body bytes still to come. */
  missing: number;
}

/**
 * A connection that does one thing: `GET` over HTTP/1.1 of bodies with a Content-Length, and each read of the socket
 * handed on at once from the one buffer that all reads use, while it is in the processor's cache. That costs a quarter of
 * the CPU of `fetch` or `node:http` (docs/performance.md). Every other answer is left to `fetch`.
 */
export class DirectConnection {
  readonly origin: string;
  private readonly socket: Socket;
  private readonly buffer = Buffer.allocUnsafeSlow(bufferBytes);
  /** Bytes of `buffer` that hold a head which is not whole yet. */
  private held = 0;
  private pending: Pending | undefined;
  private isPaused = false;
  private failure: Error | undefined;

  constructor(origin: URL) {
    this.origin = origin.origin;
    const host = origin.hostname.replace(/^\[|\]$/g, '');
    const isTls = origin.protocol === 'https:';
    const port = Number(origin.port === '' ? (isTls ? 443 : 80) : origin.port);
    const onread = {
      buffer: () => this.buffer.subarray(this.held),
      callback: (count: number) => {
        this.read(count);
        return !this.isPaused;
      },
    };
    const isAddress = /^[\d.]+$|:/.test(host);
    const options = { host, port, onread, ...(isAddress ? {} : { servername: host }) };
    this.socket = isTls ? connectTls(options) : connectTcp(options);
    this.socket.setNoDelay(true);
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => this.fail(new Error('the connection ended early')));
  }

  /** True where another request may follow. */
  get isReusable(): boolean {
    return this.pending === undefined && this.failure === undefined;
  }

  /** Asks and hands on the body; one request at a time. Rejects where the connection breaks or is not HTTP. */
  get(request: DirectRequest): Promise<DirectAnswer> {
    return new Promise((resolve, reject) => {
      this.pending = { request, resolve, reject, head: undefined, missing: 0 };
      if (this.failure !== undefined) {
        reject(this.failure);
        return;
      }
      const { url, headers } = request;
      const lines = Object.entries({ host: url.host, ...headers }).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      );
      this.socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`);
    });
  }

  /** Stops reading; the sender is held back when the buffers on the way are full. */
  pause(): void {
    this.isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.socket.resume();
  }

  /** Ends the connection; a request under way rejects with `error`. */
  destroy(error: Error = new Error('done')): void {
    this.fail(error);
  }

  private read(count: number): void {
    const { pending } = this;
    if (this.failure !== undefined) return;
    if (pending === undefined) {
      this.fail(new Error('bytes that nobody asked for'));
      return;
    }
    try {
      const bytes = this.buffer.subarray(0, this.held + count);
      if (pending.head !== undefined) this.takeBody(pending, bytes);
      else {
        const bodyAt = this.parseHead(pending, bytes);
        this.held = bodyAt === undefined ? bytes.length : 0;
        if (bodyAt !== undefined) this.takeBody(pending, bytes.subarray(bodyAt));
      }
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private takeBody(pending: Pending, bytes: Uint8Array): void {
    const { head } = pending;
    if (head === undefined || this.failure !== undefined) return;
    if (bytes.length > pending.missing) throw new Error('more bytes than Content-Length says');
    if (bytes.length > 0) pending.request.take(bytes);
    pending.missing -= bytes.length;
    if (pending.missing > 0) return;
    this.pending = undefined;
    pending.resolve({ ...head, isWhole: true });
  }

  /** Where the body begins; `undefined` while the head is not whole. Settles a request whose body is not wanted. */
  private parseHead(pending: Pending, bytes: Buffer): number | undefined {
    const end = bytes.indexOf('\r\n\r\n');
    if (end === -1) {
      if (bytes.length > longestHeadBytes) throw new Error('a head without an end');
      return undefined;
    }
    const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
    const [, status] = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine) ?? [];
    if (status === undefined) throw new Error('an answer that is no HTTP');
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      if (colon < 1) throw new Error('a header without a name');
      const name = line.slice(0, colon).toLowerCase();
      const before = headers.get(name);
      const value = line.slice(colon + 1).trim();
      headers.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    const isPlain = !headers.has('transfer-encoding') && !headers.has('content-encoding');
    const length = isPlain ? Number(headers.get('content-length') ?? Number.NaN) : Number.NaN;
    const isWanted =
      Number.isSafeInteger(length) && length > 0 && pending.request.accepts(Number(status), headers, length);
    if (isWanted) {
      pending.head = { status: Number(status), headers };
      pending.missing = length;
      return end + 4;
    }
    this.pending = undefined;
    this.fail(new Error('the body is not wanted'));
    pending.resolve({ status: Number(status), headers, isWhole: false });
    return undefined;
  }

  private fail(error: Error): void {
    if (this.failure !== undefined) return;
    this.failure = error;
    this.socket.destroy();
    const { pending } = this;
    this.pending = undefined;
    pending?.reject(error);
  }
}
