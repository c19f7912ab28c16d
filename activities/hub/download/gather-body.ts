import { networkReason, TransientError } from '../http/retry.js';

const blockBytes = 1 << 20;
const longestGatherMs = 500;

/**
 * The body in blocks of about a megabyte, or of what arrived in half a second. A block is valid until the
 * next one is requested. Bytes that arrived before an error are yielded before it is thrown.
 *
 * @param mostBytes - of the body, as announced: a body of a few bytes gets no megabyte.
 * @param onAlive - called whenever bytes arrive.
 * @throws {TransientError} where the connection breaks.
 */
export async function* gatherBody(
  body: ReadableStream<Uint8Array>,
  mostBytes: number,
  onAlive: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const block = Buffer.allocUnsafe(Math.min(blockBytes, mostBytes));
  let filled = 0;
  let since = 0;
  let failure: { readonly error: unknown } | undefined;
  const source = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await source.next().catch((error: unknown) => {
        failure = { error };
        return { done: true, value: undefined } as const;
      });
      if (done === true || value === undefined) break;
      onAlive();
      for (let at = 0; at < value.length;) {
        if (filled === 0) since = Date.now();
        const taken = Math.min(value.length - at, block.length - filled);
        block.set(value.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled < block.length && Date.now() - since < longestGatherMs) continue;
        yield block.subarray(0, filled);
        filled = 0;
      }
    }
    if (filled > 0) yield block.subarray(0, filled);
  } finally {
    await source.return?.(undefined).catch(() => undefined);
  }
  if (failure !== undefined)
    throw new TransientError(`The connection broke: ${networkReason(failure.error)}`, undefined, {
      cause: failure.error,
    });
}
