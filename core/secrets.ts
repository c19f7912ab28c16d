import type { Env } from './env.js';

/** Names that environments give to secrets: HF_TOKEN, TINKER_API_KEY, CLOUDFLARE_ACCESS_CLIENT_SECRET, … */
const secretName = /(^|_)(TOKEN|KEY|SECRET|PASSWORD|PASSWD)$/i;
const proxyName = /^(https?|all)_proxy$/i;

/** Secrets shorter than this are left alone: they would eat ordinary words. */
const leastLength = 6;

/** The secrets that a process has come to know, to keep them out of what it tells. */
export class Secrets {
  private readonly known = new Set<string>();

  /** Those of an environment. Tokens that are in files are learned when they are read. */
  constructor(env: Env) {
    this.learnFrom(env);
  }

  learnFrom(env: Env): void {
    for (const secret of secretsIn(env)) this.learn(secret);
  }

  /** From now on it is removed, too. */
  learn(secret: string | undefined): void {
    const plain = secret?.trim() ?? '';
    if (plain.length >= leastLength) this.known.add(plain);
  }

  /** The text with `***` for every secret. */
  readonly scrub = (text: string): string => {
    // Longest first: one may begin with another.
    const longestFirst = [...this.known].sort((a, b) => b.length - a.length);
    return longestFirst.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
  };
}

/** Every secret of an environment: values of variables that are called so, and the passwords of proxies. */
function secretsIn(env: Env): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (secretName.test(name)) return [value];
    const [, password] = (proxyName.test(name) && /^[^:]*:\/\/[^:@/]*:([^@/]+)@/.exec(value)) || [];
    return password === undefined ? [] : [password];
  });
}
