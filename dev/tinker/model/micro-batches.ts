/** Examples that go through the model together, padded to `rows` × `length`. */
export interface MicroBatch {
  /** Positions in the request, longest example first. */
  readonly members: readonly number[];
  readonly rows: number;
  /** A power of two. */
  readonly length: number;
}

/** Positions, padding included, of a full micro-batch: bounds memory, about 400 MB for the shipped model. */
const microBatchTokens = 1024;
const shortestLength = 32;

/**
 * Cuts a request into micro-batches: longest first, padded to the power of two of the longest member. A
 * length has at most three possible row counts, because every new shape costs a second of compilation.
 */
export function planMicroBatches(lengths: readonly number[]): readonly MicroBatch[] {
  const order = lengths
    .map((_, index) => index)
    .sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
  const batches: MicroBatch[] = [];
  for (let from = 0; from < order.length;) {
    const length = Math.max(shortestLength, 2 ** Math.ceil(Math.log2(lengths[order[from] ?? 0] ?? 1)));
    const full = Math.max(1, Math.floor(microBatchTokens / length));
    const members = order.slice(from, from + full);
    let rows = full;
    while (rows > full / 4 && rows % 2 === 0 && rows / 2 >= members.length) rows /= 2;
    batches.push({ members, rows, length });
    from += members.length;
  }
  return batches;
}
