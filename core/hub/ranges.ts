/** Bytes `[start, end)` of a file. */
export interface ByteRange {
  readonly start: number;
  /** exclusive */
  readonly end: number;
}

/** The same bytes in the fewest ranges, in order, without empty ones. */
export function uniteRanges(ranges: readonly ByteRange[]): ByteRange[] {
  const united: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    if (start >= end) continue;
    const last = united.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else united.push({ start, end });
  }
  return united;
}

/** The bytes of `[0, sizeBytes)` that `ranges` leave out. */
export function missingRanges(ranges: readonly ByteRange[], sizeBytes: number): ByteRange[] {
  const missing: ByteRange[] = [];
  let position = 0;
  for (const { start, end } of uniteRanges(ranges)) {
    if (start > position) missing.push({ start: position, end: Math.min(start, sizeBytes) });
    position = Math.max(position, end);
  }
  if (position < sizeBytes) missing.push({ start: position, end: sizeBytes });
  return missing;
}

/** The same bytes in ranges of at most `maxBytes`. */
export function cutRanges(ranges: readonly ByteRange[], maxBytes: number): ByteRange[] {
  return ranges.flatMap(({ start, end }) =>
    Array.from({ length: Math.ceil((end - start) / maxBytes) }, (_, index) => ({
      start: start + index * maxBytes,
      end: Math.min(end, start + (index + 1) * maxBytes),
    })),
  );
}

/**
 * The same bytes in ranges for `workers` that take one after another: long ones first, and shorter ones
 * towards the end, so that all workers finish at about the same time.
 *
 * @param limits - of the ranges' lengths. Only the last range of an input range may be shorter than
 *   `minBytes`, which is at most `maxBytes`.
 */
export function guidedRanges(
  ranges: readonly ByteRange[],
  workers: number,
  limits: { readonly minBytes: number; readonly maxBytes: number },
): ByteRange[] {
  const cut: ByteRange[] = [];
  let left = bytesOf(ranges);
  for (const { start, end } of ranges)
    for (let at = start; at < end;) {
      const fair = Math.ceil(left / (2 * workers));
      const bytes = Math.min(Math.max(fair, limits.minBytes), limits.maxBytes, end - at);
      cut.push({ start: at, end: at + bytes });
      at += bytes;
      left -= bytes;
    }
  return cut;
}

export function bytesOf(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}
