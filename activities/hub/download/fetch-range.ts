import type { ByteRange } from '../../../core/hub/ranges.js';
import { pauseBeforeRetry, TransientError } from '../http/retry.js';
import type { HubTuning } from '../http/tuning.js';
import type { RemoteFile } from './remote-file.js';

/** A file on this disk that holds a Hub file from some byte on. */
export interface RangeTarget {
  /** How many connections write to it now. */
  connections: number;
  /** Offset in the Hub file of its first byte. */
  readonly start: number;
  /** For a thread that writes to it. */
  readonly descriptor: number;
  /** Counts bytes that a thread has written. The network has to wait for the promise that it may return. */
  wrote(range: ByteRange): Promise<void> | undefined;
  /** @param position - offset in the Hub file. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Whether another attempt has finished the file. Then nothing may be written. */
  isPlaced(): Promise<boolean>;
}

/**
 * Fetches one range of a file to disk. After a broken connection, the next one continues from the last byte.
 * Failures are counted from the last progress. Returns early where another attempt has finished the file.
 *
 * @param onBytes - called with each range that is written, in order.
 * @throws {HeadraceError} HubUnavailableError, HashMismatchError; `HubRefusal`; the error of a write.
 */
export async function fetchRange(
  remote: RemoteFile,
  part: RangeTarget,
  range: ByteRange,
  tuning: HubTuning,
  signal: AbortSignal,
  onBytes: (written: ByteRange) => void,
): Promise<void> {
  let position = range.start;
  let failures = 0;
  while (position < range.end) {
    const before = position;
    const connection = new WatchedConnection(tuning.stallMs, signal);
    part.connections += 1;
    const wrote = (bytes: number): ByteRange => {
      connection.alive();
      position += bytes;
      const written = { start: position - bytes, end: position };
      onBytes(written);
      return written;
    };
    try {
      const rest = { start: position, end: range.end };
      if (await fetchRest(remote, part, rest, connection, wrote)) return;
    } catch (error) {
      signal.throwIfAborted();
      failures = position > before ? 1 : failures + 1;
      await pauseBeforeRetry(asTransient(error, connection), failures, tuning, signal);
    } finally {
      part.connections -= 1;
      connection.close();
    }
  }
}

/**
 * Fetches the rest of a range over one connection. True where it is whole, or the file finished elsewhere.
 */
async function fetchRest(
  remote: RemoteFile,
  part: RangeTarget,
  rest: ByteRange,
  connection: WatchedConnection,
  wrote: (bytes: number) => ByteRange,
): Promise<boolean> {
  const { signal } = connection;
  await remote.locate(rest, signal);
  const onWrote = (bytes: number): Promise<void> | undefined => part.wrote(wrote(bytes));
  if (await remote.transfer(rest, part, signal, onWrote)) return true;
  const { start, body } = await remote.open(rest, signal, () => connection.alive());
  if (await writeBody(body, start, rest, part, wrote)) return true;
  throw new TransientError('The connection ended early');
}

/** `error` as a transient one. @throws errors that are not transient. */
function asTransient(error: unknown, connection: WatchedConnection): TransientError {
  if (connection.isStalled)
    return new TransientError('The connection went silent and was cut', undefined, { cause: error });
  if (error instanceof TransientError) return error;
  throw error;
}

/** The lifetime of one request: it ends with the caller's signal, after a silence, or by {@link close}. */
class WatchedConnection {
  isStalled = false;
  readonly #outer: AbortSignal;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#controller.abort(this.#outer.reason);

  constructor(stallMs: number, outer: AbortSignal) {
    this.#outer = outer;
    this.#timer = setTimeout(() => {
      this.isStalled = true;
      this.#controller.abort(new Error('silent connection'));
    }, stallMs);
    outer.addEventListener('abort', this.#onAbort);
    if (outer.aborted) this.#onAbort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Restarts the timer: bytes arrived. */
  alive(): void {
    this.#timer.refresh();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#onAbort);
    this.#controller.abort(new Error('done'));
  }
}

/**
 * Writes the bytes of `wanted` from a body that starts at `bodyStart`, as they arrive. True where the range
 * is whole, or the file finished elsewhere.
 */
async function writeBody(
  body: AsyncIterable<Uint8Array>,
  bodyStart: number,
  wanted: ByteRange,
  part: RangeTarget,
  onWritten: (bytes: number) => unknown,
): Promise<boolean> {
  let written = wanted.start;
  let offset = bodyStart;
  for await (const block of body) {
    // A server that ignores ranges sends the bytes before the range as well.
    const fresh = block.subarray(
      Math.max(0, Math.min(block.length, written - offset)),
      Math.max(0, wanted.end - offset),
    );
    offset += block.length;
    if (fresh.length === 0) continue;
    if (await part.isPlaced()) return true;
    await part.write(fresh, written);
    written += fresh.length;
    onWritten(fresh.length);
    if (offset > wanted.end) break;
  }
  return written >= wanted.end;
}
