export interface ByteRange {
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/**
 * The range of a Range header; `undefined` for the whole file, `null` for a range that the file cannot
 * satisfy.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [first = '', last = ''] = match?.slice(1) ?? [];
  if (match === null || (first === '' && last === '')) return undefined;
  if (first === '') return { from: Math.max(0, sizeBytes - Number(last)), to: sizeBytes };
  const from = Number(first);
  const to = last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  return from < to ? { from, to } : null;
}
