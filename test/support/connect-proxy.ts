import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';

/** An HTTP proxy of a test. */
export interface ConnectProxy {
  readonly url: string;
  /** `host:port` of each tunnel that was asked for. */
  readonly tunnels: readonly string[];
  /** The `Proxy-Authorization` of each request; empty where it had none. */
  readonly authorizations: readonly string[];
  /** Ends all tunnels, and answers further requests with this status. */
  refuse(status: number): void;
}

/**
 * Starts a proxy that opens tunnels, and records where to.
 *
 * @param hosts - host names that are known to the proxy alone, each with its address.
 */
export async function connectProxy(
  t: TestContext,
  hosts: Readonly<Record<string, string>> = {},
): Promise<ConnectProxy> {
  const tunnels: string[] = [];
  const authorizations: string[] = [];
  const open = new Set<Duplex>();
  let refusal: number | undefined;
  const server = createServer((_request, response) => response.writeHead(400).end());
  server.on('connect', (request, client, head) => {
    const to = request.url ?? '';
    authorizations.push(request.headers['proxy-authorization'] ?? '');
    client.on('error', () => undefined);
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal} Refused by the test\r\n\r\n`);
      return;
    }
    tunnels.push(to);
    open.add(client);
    const [host = '', port = '0'] = to.split(':');
    const upstream = connect(Number(port), hosts[host] ?? host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => undefined);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const endTunnels = (): void => {
    for (const client of open) client.destroy();
    open.clear();
  };
  t.after(() => {
    server.closeAllConnections();
    endTunnels();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    authorizations,
    refuse: (status) => {
      refusal = status;
      endTunnels();
    },
  };
}
