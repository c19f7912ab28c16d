import { TinkerError } from '../errors.js';

/** Largest answer, unpacked. Log-probabilities of the largest batches take some ten megabytes. */
export const largestAnswerBytes = 256 << 20;
/** Bytes of an error's body that are read. */
export const largestErrorBytes = 64 << 10;

export interface ReadOptions {
  readonly url: string;
  /** Of the unpacked body: a small compressed body may hold a large one. */
  readonly limitBytes: number;
  /** A longer body is refused, or cut at the limit. @default refuse */
  readonly more?: 'refuse' | 'cut';
}

/**
 * The body of an answer. Reads up to the limit, whatever length the headers announce.
 *
 * @throws {TinkerError} protocol, where it is larger; what `fetch` throws, where the connection breaks.
 */
export async function readBody(response: Response, options: ReadOptions): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of bodyParts(response, options)) parts.push(part);
  const whole = Buffer.concat(parts);
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
}

/** The body in parts, as they arrive; otherwise like {@link readBody}. */
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
