import { TinkerError } from '../errors.js';

/** What an answer may hold, unpacked. Log-probabilities of the largest batches take some ten megabytes. */
export const largestAnswerBytes = 256 << 20;
/** Of an answer that says what went wrong no more is read. */
export const largestErrorBytes = 64 << 10;

export interface ReadOptions {
  readonly url: string;
  /** Unpacked bytes: a small compressed body may hold a large one. */
  readonly limitBytes: number;
  /** Where there is more: `refuse` it, or `cut` it there. @default refuse */
  readonly more?: 'refuse' | 'cut';
}

/**
 * The body of an answer, of which never more than the limit is kept, whatever its length is said to be.
 *
 * @throws {TinkerError} protocol, where it is larger; what `fetch` throws, where the connection breaks.
 */
export async function readBody(response: Response, options: ReadOptions): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of bodyParts(response, options)) parts.push(part);
  const whole = Buffer.concat(parts);
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
}

/** The body as {@link readBody} gives it, part by part as it comes. */
export async function* bodyParts(response: Response, options: ReadOptions): AsyncGenerator<Uint8Array> {
  const { limitBytes, more = 'refuse' } = options;
  if (response.body === null) return;
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (more === 'refuse' && announced > limitBytes) {
    await response.body.cancel();
    throw tooLarge(options);
  }
  let size = 0;
  // Leaving the loop cancels the body.
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    const fits = part.subarray(0, limitBytes - size);
    size += fits.length;
    if (fits.length > 0) yield fits;
    if (fits.length === part.length) continue;
    if (more === 'refuse') throw tooLarge(options);
    break;
  }
}

function tooLarge({ url, limitBytes }: ReadOptions): TinkerError {
  const { origin, pathname } = new URL(url);
  return new TinkerError(
    'protocol',
    `${origin}${pathname} answers with more than ${limitBytes} bytes, which no answer there has`,
    { url: `${origin}${pathname}` },
  );
}
