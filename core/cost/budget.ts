import { kindsWithoutRate, usdOf, type Price } from './price.js';
import { allTokens, type TokenUsage } from './usage.js';

/** The most that a training may use, as `train.budget` of a recipe; at least one of the two. */
export interface Budget {
  /** Tokens of all kinds together. */
  readonly tokens?: number | undefined;
  /** By the price of the training, which has a rate for every kind of token. */
  readonly usd?: number | undefined;
}

/** What is missing where a budget of money has no price for some kind of token. */
export function missingPrice(budget: Budget, price: Price | null): string | undefined {
  const unknown = budget.usd === undefined ? [] : kindsWithoutRate(price);
  return unknown.length === 0
    ? undefined
    : `needs prices, and none is known for: ${unknown.join(', ')}; give train.price`;
}

/** Whether a training that uses so much stays within its budget. */
export function isWithin(budget: Budget, usage: TokenUsage, price: Price | null): boolean {
  const { tokens = Number.POSITIVE_INFINITY, usd = Number.POSITIVE_INFINITY } = budget;
  return allTokens(usage) <= tokens && usdOf(usage, price ?? {}) <= usd;
}

/**
 * Tokens that can still be trained within the budget, rounded down; 0 or less where there are none, Infinity
 * where tokens cost nothing.
 *
 * @param usage - everything else, the evaluation of what would be trained included.
 */
export function trainableTokens(budget: Budget, usage: TokenUsage, price: Price | null): number {
  const { tokens = Number.POSITIVE_INFINITY, usd } = budget;
  const left = tokens - allTokens(usage);
  if (usd === undefined) return left;
  const rate = price?.train?.usd ?? 0;
  const leftUsd = usd - usdOf(usage, price ?? {});
  if (rate === 0) return leftUsd < 0 ? 0 : left;
  return Math.min(left, Math.floor((leftUsd / rate) * 1e6));
}
