import { Agent as PlainAgent, type AgentOptions as PlainOptions, type ClientRequestArgs } from 'node:http';
import { Agent as SecureAgent, type AgentOptions, type RequestOptions } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { tlsContext } from './tls-context.js';
import { openTunnel } from './tunnel.js';
import type { Way } from './way.js';

type Done = ((error: Error | null, stream: Duplex) => void) | undefined;
type WayTo = (server: URL) => Way;

/** Connections for `http:`, through a tunnel where there is a proxy. */
export class PlainWayAgent extends PlainAgent {
  readonly #wayTo: WayTo;

  constructor(wayTo: WayTo, options: PlainOptions) {
    super(options);
    this.#wayTo = wayTo;
  }

  override createConnection(options: ClientRequestArgs, done: Done): Duplex | null | undefined {
    const server = serverOf('http', options);
    const { proxy } = this.#wayTo(server.url);
    if (proxy === undefined) return super.createConnection(options, done);
    pass(openTunnel(proxy, server.name), done);
    return undefined;
  }
}

/** Connections for `https:`, through a tunnel where there is a proxy. */
export class SecureWayAgent extends SecureAgent {
  readonly #wayTo: WayTo;

  constructor(wayTo: WayTo, options: AgentOptions) {
    super(options);
    this.#wayTo = wayTo;
  }

  override createConnection(options: RequestOptions, done: Done): Duplex | null | undefined {
    const server = serverOf('https', options);
    const { proxy, authorities } = this.#wayTo(server.url);
    const trusting =
      authorities === undefined ? options : { ...options, secureContext: tlsContext(authorities) };
    if (proxy === undefined) return super.createConnection(trusting, done);
    const secured = openTunnel(proxy, server.name).then((socket) => {
      const through = { ...trusting, socket };
      return super.createConnection(through) ?? socket;
    });
    pass(secured, done);
    return undefined;
  }
}

function pass(opened: Promise<Duplex>, done: Done): void {
  opened.then(
    (stream) => done?.(null, stream),
    // Nothing looks at the stream beside an error.
    (error: Error) => done?.(error, new Socket()),
  );
}

/** The server of a connection, as CONNECT names it, and as a URL. */
function serverOf(
  protocol: 'http' | 'https',
  { host, hostname, port }: Pick<ClientRequestArgs, 'host' | 'hostname' | 'port'>,
): { readonly name: string; readonly url: URL } {
  const bare = host ?? hostname ?? 'localhost';
  const shown = bare.includes(':') ? `[${bare}]` : bare;
  const name = `${shown}:${port ?? (protocol === 'https' ? 443 : 80)}`;
  return { name, url: new URL(`${protocol}://${name}/`) };
}
