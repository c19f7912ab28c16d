import { formatCount, plural } from '../format.js';
import type { Budget } from './budget.js';
import { kindsWithoutRate, usdOf, type Price, type Rate } from './price.js';
import { allTokens, tokenKinds, type TokenKind, type TokenUsage } from './usage.js';

/** `$1,234.50`; less than a cent with two digits: `$0.0042`. */
export function formatUsd(usd: number): string {
  if (usd > 0 && usd < 0.01) return `$${Number(usd.toPrecision(2))}`;
  const [whole = '', cents = ''] = usd.toFixed(2).split('.');
  return `$${formatCount(Number(whole))}.${cents}`;
}

/** `$0.60`, `$0.195`: a rate has at least two decimals. */
function formatRate({ usd }: Rate): string {
  return `$${usd.toFixed(2) === String(usd) || Number(usd.toFixed(2)) === usd ? usd.toFixed(2) : String(usd)}`;
}

/**
 * `1,200 tokens trained, 300 prefilled, at most 120 sampled`.
 *
 * @param sampled - `at most` where answers may be shorter.
 */
export function usageText(
  { train, prefill, sample }: TokenUsage,
  sampled: '' | 'at most ' = 'at most ',
): string {
  return `${plural(train, 'token')} trained, ${formatCount(prefill)} prefilled, ${sampled}${formatCount(sample)} sampled`;
}

/**
 * `about $1.23`; `about $0.20 without what is trained` where a rate is not known; `undefined` where none is.
 */
export function costText(usage: TokenUsage, price: Price | null): string | undefined {
  if (price === null) return undefined;
  const without = kindsWithoutRate(price).map((kind) => kindNames[kind]);
  const missing = without.length === 0 ? '' : ` without what is ${without.join(' or ')}`;
  return `about ${formatUsd(usdOf(usage, price))}${missing}`;
}

const kindNames: Readonly<Record<TokenKind, string>> = {
  train: 'trained',
  prefill: 'prefilled',
  sample: 'sampled',
};

/** `a million tokens trained $0.44, prefilled $0.195, sampled $0.60 (Tinker's price page …)`. */
export function priceText(price: Price): string {
  const byPlace = new Map<string, string[]>();
  for (const kind of tokenKinds) {
    const rate = price[kind];
    if (rate === undefined) continue;
    const known = byPlace.get(rate.from) ?? [];
    byPlace.set(rate.from, [...known, `${kindNames[kind]} ${formatRate(rate)}`]);
  }
  const parts = [...byPlace].map(([from, texts]) => `${texts.join(', ')} (${from})`);
  return `a million tokens ${parts.join('; ')}`;
}

/** `1,000,000 tokens and $5.00`. */
export function budgetText({ tokens, usd }: Budget): string {
  const limits = [
    ...(tokens === undefined ? [] : [plural(tokens, 'token')]),
    ...(usd === undefined ? [] : [formatUsd(usd)]),
  ];
  return limits.join(' and ');
}

/** What a training uses, in the units of its budget: `987,654 tokens, about $0.43`. */
export function usedText(usage: TokenUsage, price: Price | null): string {
  const cost = costText(usage, price);
  return `${plural(allTokens(usage), 'token')}${cost === undefined ? '' : `, ${cost}`}`;
}
