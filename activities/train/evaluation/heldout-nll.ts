import type { SamplingClient } from '../../../tinker/index.js';
import { inParallel } from '../../threads/in-parallel.js';
import type { TokenReader } from '../../tokenise/pieces/token-reader.js';

export interface HeldoutNll {
  /** Rows with something to measure. */
  readonly rows: number;
  /** Nats a trained token; `null` where there are none. */
  readonly nll: number | null;
  readonly bySource: Readonly<Record<string, number>>;
}

/** Requests at once: enough to keep a server busy, and few enough to be stopped soon. */
const requestsAtOnce = 16;

/**
 * Mean NLL of the held-out rows' trained tokens, each token counting the same, over all and by source. The sums are made in
 * the order of the lines, so that the result does not depend on which answer came first.
 */
export async function heldoutNll(
  client: SamplingClient,
  reader: TokenReader,
  sources: readonly string[],
  signal: AbortSignal,
  onRow: (done: number, total: number) => void,
): Promise<HeldoutNll> {
  const lines = Array.from(reader.trainedRows(), (line, index) => ({ line, index }));
  const measured: { readonly source: number; readonly sum: number; readonly tokens: number }[] = [];
  let done = 0;
  await inParallel(lines, requestsAtOnce, signal, async ({ line, index }, both) => {
    const { tokens, mask, source } = await reader.read(line);
    const logprobs = await client.computeLogprobs(tokens, both);
    let [sum, count] = [0, 0];
    for (let at = 1; at < tokens.length; at++) {
      if (!mask[at]) continue;
      sum -= logprobs[at] ?? Number.NaN;
      count += 1;
    }
    measured[index] = { source, sum, tokens: count };
    done += 1;
    onRow(done, lines.length);
  });
  const mean = (rows: typeof measured): number =>
    rows.reduce((sum, row) => sum + row.sum, 0) / rows.reduce((sum, row) => sum + row.tokens, 0);
  const bySource: Record<string, number> = {};
  for (const [index, name] of sources.entries()) {
    const own = measured.filter((row) => row.source === index);
    if (own.length > 0) bySource[name] = mean(own);
  }
  return { rows: measured.length, nll: measured.length === 0 ? null : mean(measured), bySource };
}
