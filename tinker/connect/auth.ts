import { z } from 'zod';
import type { Clock } from '../http/clock.js';
import type { CredentialSource } from './credentials.js';

/** A token is refreshed when this much of its life is left. */
const refreshBelowMs = 60_000;

/** The source of the `X-API-Key` header. */
export interface Auth {
  token(): Promise<string>;
  /** The server refused `token` as invalid. Returns whether the next `token()` can be another one. */
  reject(token: string): boolean;
  /** Everything that must never be shown. */
  secrets(): readonly string[];
}

/** Sends the credential itself. */
export function credentialAuth(credential: CredentialSource): Auth {
  const seen = new Set<string>();
  return {
    async token() {
      const token = await credential();
      seen.add(token);
      return token;
    },
    reject: () => false,
    secrets: () => [...seen],
  };
}

/**
 * Exchanges the credential for a short-lived JWT and sends that (for servers with `pjwt_auth_enabled`). A
 * token is replaced at about half its life, when a minute or less is left, and when the server calls it
 * invalid.
 *
 * @param exchange posts `auth/token` with the credential and returns the JWT.
 */
export function jwtAuth(
  credential: Auth,
  exchange: (credential: string) => Promise<string>,
  clock: Clock,
): Auth {
  let current: { jwt: string; refreshAtMs: number } | undefined;
  let pending: Promise<string> | undefined;
  const seen = new Set<string>();

  const renew = async (): Promise<string> => {
    const jwt = await exchange(await credential.token());
    seen.add(jwt);
    current = { jwt, refreshAtMs: refreshTimeMs(jwt, clock) };
    return jwt;
  };
  return {
    async token() {
      if (current !== undefined && clock.now() < current.refreshAtMs) return current.jwt;
      pending ??= renew().finally(() => (pending = undefined));
      return pending;
    },
    reject(token) {
      if (current?.jwt === token) current = undefined;
      return true;
    },
    secrets: () => [...credential.secrets(), ...seen],
  };
}

const Claims = z.object({ exp: z.number(), iat: z.number().optional() });

/**
 * Both claims come from the server, so half a life after receipt needs no agreement between the two clocks.
 */
function refreshTimeMs(jwt: string, clock: Clock): number {
  const now = clock.now();
  const claims = Claims.safeParse(claimsOf(jwt));
  if (!claims.success) return now + refreshBelowMs;
  const { exp, iat } = claims.data;
  const lifeMs = iat === undefined ? exp * 1000 - now : (exp - iat) * 1000;
  const half = now + lifeMs * (0.45 + 0.1 * clock.random());
  return Math.min(half, exp * 1000 - refreshBelowMs);
}

function claimsOf(jwt: string): unknown {
  try {
    return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
