import { fromEnv, type Env } from './env.js';
import { HeadraceError } from './errors.js';

/** URL of the HTTP proxy of a request; `undefined` where the request goes directly. */
export type ProxyOf = (url: URL) => string | undefined;

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. Lower-case names win over upper-case ones, as in curl and
 * Python. Each proxy is for URLs of its own protocol. As in Go, none is for this machine, where the servers
 * of `headrace dev` are.
 *
 * @returns `undefined` where there is no proxy at all.
 * @throws {HeadraceError} UsageError for a proxy that is no HTTP proxy.
 */
export function proxiesIn(env: Env): ProxyOf | undefined {
  const named = (name: string): string | undefined => fromEnv(env, name.toLowerCase()) ?? fromEnv(env, name);
  const proxies = new Map(
    ['HTTPS_PROXY', 'HTTP_PROXY'].flatMap((name) => {
      const value = named(name);
      const protocol = `${name.toLowerCase().replace('_proxy', '')}:`;
      return value === undefined ? [] : [[protocol, proxyUrl(name, value)] as const];
    }),
  );
  if (proxies.size === 0) return undefined;
  const noProxy = named('NO_PROXY') ?? '';
  return (url) => {
    const proxy = proxies.get(url.protocol);
    return isThisMachine(url) || isExemptFromProxy(url, noProxy) ? undefined : proxy;
  };
}

function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** A name without a protocol is that of an HTTP proxy, as for curl. The value may hold a password. */
function proxyUrl(name: string, value: string): string {
  const text = value.includes('://') ? value : `http://${value}`;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new HeadraceError('UsageError', `${name} is not the URL of an HTTP proxy`, {
    remedy: `Set ${name} as in http://proxy.example.com:3128, or unset it.`,
  });
}

/**
 * Whether `NO_PROXY` exempts a host from the proxy: host names, domains with or without a leading dot
 * or `*.`, a port where the entry has one, `*` for all. As undici's `EnvHttpProxyAgent` and curl read it.
 */
export function isExemptFromProxy(url: URL, noProxy: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', ownPort] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, '')) ?? [];
      if (name === '' || (ownPort !== undefined && ownPort !== port)) return false;
      return host === name || host.endsWith(`.${name}`);
    });
}
