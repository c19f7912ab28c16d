import type { HeldoutLoss } from '../../../core/contracts/evaluation.js';
import type { SamplingClient } from '../../../tinker/index.js';
import { inParallel } from '../../threads/in-parallel.js';
import type { TokenReader } from '../../tokenise/pieces/token-reader.js';

export interface HeldoutLosses {
  /** Rows with at least one trained token. */
  readonly rows: number;
  /** Over all rows; `null` where there are none. */
  readonly all: HeldoutLoss | null;
  /** Sources without rows are left out. */
  readonly bySource: Readonly<Record<string, HeldoutLoss>>;
}

/** One held-out example: the sum of −log-probability over its trained tokens, and how many those are. */
interface ExampleLoss {
  readonly source: number;
  readonly line: number;
  readonly sum: number;
  readonly tokens: number;
}

/** Requests in flight: enough to keep a server busy, few enough that an abort takes effect soon. */
const requestsAtOnce = 16;

/**
 * Mean loss of the held-out rows' trained tokens in nats, each token counting the same, over all rows and by
 * source. Sums are taken in the order of lines, so that the result does not depend on the order of the
 * answers.
 *
 * @param onExample - called after each example with those measured so far and their total.
 */
export async function heldoutLosses(
  client: SamplingClient,
  reader: TokenReader,
  sources: readonly string[],
  signal: AbortSignal,
  onExample: (done: number, total: number) => void,
): Promise<HeldoutLosses> {
  const examples = Array.from(reader.trainedExamples(), (example, index) => ({ example, index }));
  const losses: ExampleLoss[] = [];
  let done = 0;
  await inParallel(examples, requestsAtOnce, signal, async ({ example, index }, both) => {
    for (const { tokens, mask, source, line } of await reader.read([example]))
      losses[index] = { source, line, ...lossOf(mask, await client.computeLogprobs(tokens, both)) };
    done += 1;
    onExample(done, examples.length);
  });
  const bySource: Record<string, HeldoutLoss> = {};
  for (const [index, name] of sources.entries()) {
    const own = losses.filter(({ source }) => source === index);
    if (own.length > 0) bySource[name] = meanOf(own);
  }
  const rows = new Set(losses.map(({ line }) => line)).size;
  return { rows, all: losses.length === 0 ? null : meanOf(losses), bySource };
}

/** A log-probability that is not a number arrives as `null`. */
function lossOf(
  mask: Uint8Array,
  logprobs: readonly (number | null)[],
): { readonly sum: number; readonly tokens: number } {
  let [sum, tokens] = [0, 0];
  // Nothing predicts the first token.
  for (let at = 1; at < mask.length; at += 1) {
    if (!mask[at]) continue;
    sum -= logprobs[at] ?? Number.NaN;
    tokens += 1;
  }
  return { sum, tokens };
}

function meanOf(losses: readonly ExampleLoss[]): HeldoutLoss {
  const mean =
    losses.reduce((total, { sum }) => total + sum, 0) /
    losses.reduce((total, { tokens }) => total + tokens, 0);
  return Number.isFinite(mean) ? mean : 'diverged';
}
