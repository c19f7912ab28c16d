import type { Dispatcher, ProxyAgent } from 'undici';
import { isExemptFromProxy } from '../../../core/hub/no-proxy.js';
import type { Environment } from './hub-config.js';

/** The proxy of a request, for `fetch`; `undefined` where the request goes directly. */
export type ProxyRoute = (url: URL) => Dispatcher | undefined;

/** One agent per proxy in this process, so that connections are reused. */
const agents = new Map<string, ProxyAgent>();

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. Lower-case names win over upper-case ones, as in curl and
 * Python. Each proxy is for URLs of its own protocol.
 */
export async function proxyRoute(env: Environment): Promise<ProxyRoute> {
  const named = (name: string): string | undefined =>
    [env[name.toLowerCase()], env[name]].find((value) => value !== undefined && value !== '');
  const proxies = { 'https:': named('HTTPS_PROXY'), 'http:': named('HTTP_PROXY') };
  if (proxies['https:'] === undefined && proxies['http:'] === undefined) return () => undefined;
  const undici = await import('undici');
  const noProxy = named('NO_PROXY') ?? '';
  return (url) => {
    const proxy = url.protocol === 'https:' || url.protocol === 'http:' ? proxies[url.protocol] : undefined;
    if (proxy === undefined || isExemptFromProxy(url, noProxy)) return undefined;
    const agent = agents.get(proxy) ?? new undici.ProxyAgent(proxy);
    agents.set(proxy, agent);
    return agent;
  };
}
