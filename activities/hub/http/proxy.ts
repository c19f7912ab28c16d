import type { Dispatcher, ProxyAgent } from 'undici';
import { proxiesIn } from '../../../core/proxy.js';
import type { Environment } from './hub-config.js';

/** The proxy of a request, for `fetch`; `undefined` where the request goes directly. */
export type ProxyRoute = (url: URL) => Dispatcher | undefined;

/** One agent per proxy in this process, so that connections are reused. */
const agents = new Map<string, ProxyAgent>();

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
 *
 * @throws {HeadraceError} UsageError for a proxy that is no HTTP proxy.
 */
export async function proxyRoute(env: Environment): Promise<ProxyRoute> {
  const proxyOf = proxiesIn(env);
  if (proxyOf === undefined) return () => undefined;
  const { ProxyAgent } = await import('undici');
  return (url) => {
    const proxy = proxyOf(url);
    if (proxy === undefined) return undefined;
    const agent = agents.get(proxy) ?? new ProxyAgent(proxy);
    agents.set(proxy, agent);
    return agent;
  };
}
