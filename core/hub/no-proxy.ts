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
