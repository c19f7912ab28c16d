import type { Env } from './env.js';

/** Variables that hold secrets: HF_TOKEN, TINKER_API_KEY, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, … */
const secretName = /(^|_)(TOKEN|KEY|SECRET|PASSWORD|PASSWD|ACCESS_KEY_ID)$/i;
const proxyName = /^(https?|all)_proxy$/i;

/** What signs a request to an S3 service, in a URL or a header. The value is the second group. */
const signature = /((?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|Credential)=)([^\s&,"'<>]+)/gi;

/** Shorter secrets are not removed: ordinary words would match them. */
const leastLength = 6;

/** The secrets that a process has read, to keep them out of logs, errors and histories. */
export class Secrets {
  readonly #known = new Set<string>();

  /** Learns the secrets of an environment. Tokens in files are learned when they are read. */
  constructor(env: Env) {
    this.learnFrom(env);
  }

  learnFrom(env: Env): void {
    for (const secret of secretsIn(env)) this.learn(secret);
  }

  /** Adds a secret. */
  learn(secret: string | undefined): void {
    const plain = secret?.trim() ?? '';
    if (plain.length >= leastLength) this.#known.add(plain);
  }

  /** The text with `***` for every secret, and for signatures of requests. */
  readonly scrub = (text: string): string => {
    // Longest first: one secret may be the start of another.
    const longestFirst = [...this.#known].sort((a, b) => b.length - a.length);
    const unsigned = text.replaceAll(signature, '$1***');
    return longestFirst.reduce((clean, secret) => clean.replaceAll(secret, '***'), unsigned);
  };
}

/** The values of variables with the name of a secret, and the passwords in proxy URLs. */
function secretsIn(env: Env): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (secretName.test(name)) return [value];
    const [, password] = (proxyName.test(name) && /^[^:]*:\/\/[^:@/]*:([^@/]+)@/.exec(value)) || [];
    return password === undefined ? [] : [password];
  });
}
