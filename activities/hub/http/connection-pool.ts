import { DirectConnection } from './direct-connection.js';

/** Servers end idle connections after some seconds; one that is older is not trusted with a request. */
const longestIdleMs = 4000;

/** Connections that have done their range and may do another. */
export class ConnectionPool {
  private idle: { readonly connection: DirectConnection; readonly since: number }[] = [];

  /** An idle connection to the origin of `url`, or a new one. An idle one may have just been closed by its server. */
  take(url: URL): { readonly connection: DirectConnection; readonly isReused: boolean } {
    const now = Date.now();
    const isGood = ({ connection, since }: (typeof this.idle)[number]): boolean =>
      connection.isReusable && now - since < longestIdleMs;
    for (const entry of this.idle) if (!isGood(entry)) entry.connection.destroy();
    this.idle = this.idle.filter(isGood);
    const index = this.idle.findLastIndex(({ connection }) => connection.origin === url.origin);
    const [found] = index === -1 ? [] : this.idle.splice(index, 1);
    return found === undefined
      ? { connection: new DirectConnection(url), isReused: false }
      : { connection: found.connection, isReused: true };
  }

  give(connection: DirectConnection): void {
    if (connection.isReusable) this.idle.push({ connection, since: Date.now() });
  }
}
