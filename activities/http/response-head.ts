/** Header fields by name in lower case. `Headers` would load `fetch` into the thread. */
export type HeaderFields = ReadonlyMap<string, string>;

/** The head of an HTTP/1.1 response. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: HeaderFields;
  /** Whether another request may follow on the connection: RFC 9112, section 9.3. */
  readonly isPersistent: boolean;
  /** Position of the body in the parsed bytes. */
  readonly bodyAt: number;
}

const maxHeadBytes = 64 * 1024;
const headEnd = '\r\n\r\n';

/**
 * Parses the head at the start of `bytes`. Returns `undefined` while it is incomplete. Values of a field that
 * is repeated are joined by commas.
 *
 * @throws {Error} where the bytes are not HTTP, or the head is longer than 64 KiB.
 */
export function parseResponseHead(bytes: Buffer): ResponseHead | undefined {
  const end = bytes.indexOf(headEnd);
  if (end === -1) {
    if (bytes.length > maxHeadBytes) throw new Error('The head of the response has no end');
    return undefined;
  }
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(statusLine) ?? [];
  if (status === undefined) throw new Error('The response is not HTTP');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error('The response has a header without a name');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  const isPersistent = persists(headers, minor === '1');
  return { status: Number(status), headers, isPersistent, bodyAt: end + headEnd.length };
}

/** @param byDefault - what holds without a `Connection` field. */
function persists(headers: HeaderFields, byDefault: boolean): boolean {
  const options = (headers.get('connection') ?? '').toLowerCase().split(',');
  const has = (option: string): boolean => options.some((each) => each.trim() === option);
  return !has('close') && (byDefault || has('keep-alive'));
}

/**
 * The length of a body that is sent as it is; `undefined` for an encoded one, an empty one and one of unknown
 * length.
 */
export function plainBodyBytes(headers: HeaderFields): number | undefined {
  if (headers.has('transfer-encoding') || headers.has('content-encoding')) return undefined;
  const length = Number(headers.get('content-length') ?? Number.NaN);
  return Number.isSafeInteger(length) && length > 0 ? length : undefined;
}
