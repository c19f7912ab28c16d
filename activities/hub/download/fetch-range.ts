import type { ByteRange } from '../../../core/hub/ranges.js';
import type { PartFile } from './part-file.js';
import type { RemoteFile } from './remote-file.js';
import { pauseBeforeRetry, TransientError } from '../http/retry.js';
import type { HubTuning } from '../http/tuning.js';

/**
 * Brings one range of a file to disk, over as many connections in a row as it takes: what broke goes on from its last
 * byte. Returns early where another attempt has finished the file. Tries are counted anew whenever there was progress.
 *
 * @throws {HeadraceError} HubUnavailableError, HashMismatchError; `HubRefusal`.
 */
export async function fetchSegment(
  remote: RemoteFile,
  part: PartFile,
  segment: ByteRange,
  tuning: HubTuning,
  signal: AbortSignal,
  onBytes: (written: ByteRange) => void,
): Promise<void> {
  let position = segment.start;
  let failures = 0;
  while (position < segment.end) {
    const connection = new Connection(tuning.stallMs, signal);
    const before = position;
    try {
      const rest = { start: position, end: segment.end };
      const wrote = (bytes: number): ByteRange => {
        connection.alive();
        position += bytes;
        const range = { start: position - bytes, end: position };
        onBytes(range);
        return range;
      };
      await remote.locate(rest, connection.signal);
      const isThere = await remote.transfer(rest, part.descriptor, connection.signal, (bytes) =>
        part.wrote(wrote(bytes)),
      );
      if (isThere) continue;
      const { start, body } = await remote.open(rest, connection.signal, () => connection.alive());
      const finished = await receive(body, start, rest, part, wrote);
      if (finished) return;
      throw new TransientError('The connection ended early');
    } catch (error) {
      signal.throwIfAborted();
      failures = position > before ? 1 : failures + 1;
      await pauseBeforeRetry(asTransient(error, connection), failures, tuning, signal);
    } finally {
      connection.close();
    }
  }
}

/** The error if time may mend it. @throws the others. */
function asTransient(error: unknown, connection: Connection): TransientError {
  if (connection.stalled)
    return new TransientError('The connection went silent and was cut', undefined, { cause: error });
  if (error instanceof TransientError) return error;
  throw error;
}

/** One request's life: ended by the caller's signal, by silence, or when it is done with. */
class Connection {
  stalled = false;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly onAbort = (): void => this.controller.abort(this.outer.reason);

  constructor(
    stallMs: number,
    private readonly outer: AbortSignal,
  ) {
    this.timer = setTimeout(() => {
      this.stalled = true;
      this.controller.abort(new Error('silent connection'));
    }, stallMs);
    outer.addEventListener('abort', this.onAbort);
    if (outer.aborted) this.onAbort();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** A byte came. */
  alive(): void {
    this.timer.refresh();
  }

  close(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener('abort', this.onAbort);
    this.controller.abort(new Error('done'));
  }
}

/**
 * Writes the bytes of `wanted` from a body that starts at `bodyStart`, as they come. Returns whether the range is whole,
 * or the file finished elsewhere.
 */
async function receive(
  body: AsyncGenerator<Uint8Array, void, undefined>,
  bodyStart: number,
  wanted: ByteRange,
  part: PartFile,
  onWritten: (bytes: number) => unknown,
): Promise<boolean> {
  let written = wanted.start;
  let offset = bodyStart;
  for await (const block of body) {
    // A server that ignores ranges sends what is there already, too.
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
