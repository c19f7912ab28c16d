import { DirectConnection } from './direct-connection.js';
import { wayKey, type Way } from './way.js';

/** Servers close idle connections after some seconds, so older ones are not reused. */
const maxIdleMs = 4000;

interface IdleConnection {
  readonly connection: DirectConnection;
  readonly sinceMs: number;
}

/** Open connections without a request under way. */
export class ConnectionPool {
  #idle: readonly IdleConnection[] = [];

  /**
   * An idle connection to the origin of `url`, or a new one. The server may be closing an idle one at that
   * moment.
   */
  take(url: URL, way: Way = {}): { readonly connection: DirectConnection; readonly isReused: boolean } {
    const usable = this.#idle.filter(isUsable);
    for (const entry of this.#idle) if (!usable.includes(entry)) entry.connection.destroy();
    const found = usable.findLast(
      ({ connection }) => connection.origin === url.origin && connection.way === wayKey(way),
    );
    this.#idle = usable.filter((entry) => entry !== found);
    return found === undefined
      ? { connection: new DirectConnection(url, way), isReused: false }
      : { connection: found.connection, isReused: true };
  }

  give(connection: DirectConnection): void {
    if (connection.isReusable) this.#idle = [...this.#idle, { connection, sinceMs: Date.now() }];
  }
}

function isUsable({ connection, sinceMs }: IdleConnection): boolean {
  return connection.isReusable && Date.now() - sinceMs < maxIdleMs;
}
