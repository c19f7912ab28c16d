import { z } from 'zod';
import { TinkerError, type TinkerErrorKind } from '../errors.js';

export interface RefusedCall {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** See `Call.inSession`. */
  readonly inSession: boolean;
  /** The server's text, without credentials. */
  readonly detail: string;
}

/** The error of a call that was answered with a status other than 2xx. */
export function statusError({ method, url, status, inSession, detail }: RefusedCall): TinkerError {
  const message = `${method} ${url} → ${status}${detail === '' ? '' : `: ${detail}`}`;
  const kind = kindOf(status);
  const isLost = kind === 'not-found' && inSession;
  return new TinkerError(isLost ? 'expired' : kind, message, { status, url, detail });
}

function kindOf(status: number): TinkerErrorKind {
  if (status === 401 || status === 403) return 'auth';
  if (status === 402) return 'billing';
  if (status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  if (status === 410) return 'expired';
  if (status === 408 || status === 429 || status >= 500) return 'unavailable';
  return 'request';
}

/** Bytes of an error's body that are parsed. */
const readDetailBytes = 20_000;
/** Characters of it that are shown. */
const longestDetail = 600;
const ErrorBody = z.object({ detail: z.unknown().optional(), error: z.unknown().optional() });

/**
 * The message in an error's body: its `detail` or `error` where it is JSON, else the text. Cut at 600
 * characters.
 */
export function detailOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, readDetailBytes)).trim();
  const shown = detailIn(text) ?? text;
  return shown.length > longestDetail ? `${shown.slice(0, longestDetail)}…` : shown;
}

/** `undefined` where the text is not JSON (a proxy's page) or has neither field. */
function detailIn(text: string): string | undefined {
  try {
    const body = ErrorBody.safeParse(JSON.parse(text));
    const detail = body.success ? (body.data.detail ?? body.data.error) : undefined;
    return typeof detail === 'string' || detail === undefined ? detail : JSON.stringify(detail);
  } catch {
    return undefined;
  }
}
