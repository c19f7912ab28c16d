import { HeadraceError } from '../errors.js';

/** What caps and shares need of one source. */
export interface QuotaSource {
  readonly name: string;
  /** Candidates: unique conversations that are not held out. */
  readonly available: number;
  readonly rows?: number;
  /** 0 … 1, at most six decimals. */
  readonly share?: number;
}

export interface Quota {
  /** Conversations to keep, at most `available`. */
  readonly take: number;
  /** Whether this source has too few conversations for its share. */
  readonly limiting: boolean;
}

const million = 1_000_000n;

/**
 * How many conversations each source gives. All arithmetic is in integers, with p = share·10⁶.
 *
 * A source without a share gives `rows` or all; F is their sum, and a share takes min(available, ⌊p·F / (10⁶
 * − Σp)⌋) beside them. Where every source has a share, one of them limits the mix (the least available/p), or
 * `mixRows` does.
 *
 * @param rowsPerSource - the largest number of each source, applied last.
 * @throws {HeadraceError} MixError where the shares cannot be met.
 */
export function quotas(
  sources: readonly QuotaSource[],
  mixRows?: number,
  rowsPerSource: number = Infinity,
): readonly Quota[] {
  const parts = sources.map(({ share }) => (share === undefined ? 0n : BigInt(Math.round(share * 1e6))));
  const onlyShares = sources.every(({ share }) => share !== undefined);
  const full = onlyShares ? scaled(sources, parts, mixRows) : beside(sources, parts, mixRows);
  return full.map((quota) => ({ ...quota, take: Math.min(quota.take, rowsPerSource) }));
}

/** Where some source has no share: those give their rows, and shares are taken beside them. */
function beside(
  sources: readonly QuotaSource[],
  parts: readonly bigint[],
  mixRows: number | undefined,
): readonly Quota[] {
  if (mixRows !== undefined) throw new HeadraceError('MixError', 'mix.rows needs a share on every source');
  const given = sources.map(({ available, rows = Infinity, share }) =>
    share === undefined ? Math.min(available, rows) : 0,
  );
  const fixed = BigInt(given.reduce((sum, rows) => sum + rows, 0));
  if (sources.some(({ share }) => share !== undefined) && fixed === 0n)
    throw new HeadraceError(
      'MixError',
      'The sources without a share give no rows, so there is nothing that a share could be a share of',
    );
  const total = sumOf(parts);
  if (total >= million)
    throw new HeadraceError('MixError', `Shares sum to ${Number(total) / 1e6} beside a source without one`);
  return sources.map(({ share, available }, index) => {
    if (share === undefined) return { take: given[index] ?? 0, limiting: false };
    const asked = Number(((parts[index] ?? 0n) * fixed) / (million - total));
    return { take: Math.min(available, asked), limiting: available < asked };
  });
}

function sumOf(parts: readonly bigint[]): bigint {
  return parts.reduce((sum, part) => sum + part, 0n);
}

/** Where every source has a share: one source limits the mix, or `mixRows` does. */
function scaled(
  sources: readonly QuotaSource[],
  parts: readonly bigint[],
  mixRows: number | undefined,
): readonly Quota[] {
  const total = sumOf(parts);
  if (total !== million)
    throw new HeadraceError(
      'MixError',
      `Every source has a share, so the shares must sum to 1, but they sum to ${Number(total) / 1e6}`,
    );
  // The scale of the mix is the fraction of rows per part; fractions compare by their cross products.
  let scale = { rows: BigInt(mixRows ?? 0), parts: mixRows === undefined ? 0n : million };
  let limit = -1;
  for (const [index, { available }] of sources.entries()) {
    const own = { rows: BigInt(available), parts: parts[index] ?? 0n };
    if (scale.parts === 0n || own.rows * scale.parts < scale.rows * own.parts) {
      scale = own;
      limit = index;
    }
  }
  return parts.map((part, index) => ({
    take: Number((part * scale.rows) / scale.parts),
    limiting: index === limit,
  }));
}
