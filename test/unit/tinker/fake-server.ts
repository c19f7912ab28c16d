import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  /** Below /api/v1/. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** The JSON body; undefined where there is none or it is protobuf. */
  readonly json: unknown;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or bytes sent as protobuf. */
  readonly body?: unknown;
  /** True: the connection is cut instead of answered. */
  readonly cut?: boolean;
}

export interface FakeServer {
  readonly url: string;
  readonly received: Received[];
  close(): Promise<void>;
}

/** An HTTP server that answers with `reply` and keeps the requests. */
export async function startFakeServer(reply: (request: Received) => Reply): Promise<FakeServer> {
  const received: Received[] = [];
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const bytes = Buffer.concat(parts);
      const isJson = (incoming.headers['content-type'] ?? '').includes('json') && bytes.length > 0;
      const request: Received = {
        method: incoming.method ?? '',
        path: (incoming.url ?? '').replace('/api/v1/', ''),
        headers: incoming.headers,
        bytes,
        json: isJson ? JSON.parse(bytes.toString('utf8')) : undefined,
      };
      received.push(request);
      const { status = 200, headers = {}, body, cut = false } = reply(request);
      if (cut) {
        incoming.socket.destroy();
        return;
      }
      const isProto = body instanceof Uint8Array;
      response.writeHead(status, {
        ...(body === undefined
          ? {}
          : { 'content-type': isProto ? 'application/x-protobuf' : 'application/json' }),
        ...headers,
      });
      response.end(isProto ? body : body === undefined ? undefined : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
