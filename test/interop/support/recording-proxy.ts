import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { messageType } from '../../../tinker/index.js';

/** A request as it went by: `body` is JSON, or a protobuf decoded. */
export interface Recorded {
  readonly method: string;
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly contentType: string;
  readonly body: unknown;
}

export interface RecordingProxy {
  readonly url: string;
  readonly recorded: readonly Recorded[];
  close(): Promise<void>;
}

/** Passes requests on to `target` and keeps them, in the order in which they came. */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const recorded: Recorded[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async (): Promise<void> => {
      const bytes = await buffer(incoming);
      const contentType = bytes.length === 0 ? '' : (incoming.headers['content-type'] ?? '');
      const { method = '', url = '' } = incoming;
      recorded.push({
        method,
        path: url.replace('/api/v1/', ''),
        contentType,
        body: decode(contentType, bytes),
      });
      const { host: _, ...headers } = incoming.headers;
      const onward = send(new URL(url, target), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      onward.end(bytes);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    recorded,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function decode(contentType: string, bytes: Buffer): unknown {
  if (contentType === '') return null;
  if (contentType !== 'application/x-protobuf') return JSON.parse(bytes.toString('utf8')) as unknown;
  const type = messageType('ForwardBackwardRequest');
  return type.toObject(type.decode(bytes), { longs: String, enums: String, bytes: String });
}
