import { z } from 'zod';
import { TinkerError } from '../errors.js';

/** A successful answer of the server. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  /** Duration of the try that succeeded, in milliseconds. */
  readonly tookMs: number;
  /** The body; `null` where it is empty. @throws {TinkerError} protocol, where it is not JSON. */
  json(): unknown;
}

/** The answer in a response whose body has been read. */
export function answerOf(
  { status, headers }: Response,
  url: string,
  bytes: Uint8Array,
  tookMs: number,
): Answer {
  return { status, headers, bytes, tookMs, json: () => parseJson(bytes, url) };
}

/**
 * Parses an answer's JSON.
 *
 * @param what - names the call in the error.
 * @throws {TinkerError} protocol.
 */
export function parseAnswer<T>(schema: z.ZodType<T>, answer: Answer, what: string): T {
  const parsed = schema.safeParse(answer.json());
  if (parsed.success) return parsed.data;
  throw new TinkerError(
    'protocol',
    `The answer to ${what} is not as expected: ${z.prettifyError(parsed.error)}`,
  );
}

export function isProtobuf({ headers }: Answer): boolean {
  return (headers.get('content-type') ?? '').includes('protobuf');
}

function parseJson(bytes: Uint8Array, url: string): unknown {
  if (bytes.length === 0) return null;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new TinkerError('protocol', `${url} answered something that is not JSON`, { url, cause: error });
  }
}
