import { priceReadings } from './price-table.js';
import { tokenKinds, type TokenKind, type TokenUsage } from './usage.js';

/** What a million tokens of one kind cost. */
export interface Rate {
  readonly usd: number;
  /** Where and when the rate was read, for users. */
  readonly from: string;
}

/** Rates by the kind of token. A kind without a known rate is absent. */
export type Price = Readonly<Partial<Record<TokenKind, Rate>>>;

/** USD per million tokens, as `train.price` of a recipe. */
export type GivenPrice = Readonly<Record<TokenKind, number>>;

/**
 * The price of a training: the recipe's, else what the shipped table has for the base model. Of several
 * readings the newest that has the rate counts. A variant such as `:peft:262144` has prices of its own.
 *
 * @returns `null` where no rate is known.
 */
export function priceOf(baseModel: string, given: GivenPrice | undefined): Price | null {
  if (given !== undefined)
    return pricesFrom((kind) => ({ usd: given[kind], from: '`train.price` of the recipe' }));
  const price = pricesFrom((kind) => {
    for (const { from, rates } of priceReadings) {
      const usd = rates[baseModel]?.[kind];
      if (usd !== undefined) return { usd, from };
    }
    return undefined;
  });
  return Object.keys(price).length === 0 ? null : price;
}

function pricesFrom(rateOf: (kind: TokenKind) => Rate | undefined): Price {
  return Object.fromEntries(
    tokenKinds.flatMap((kind) => {
      const rate = rateOf(kind);
      return rate === undefined ? [] : [[kind, rate]];
    }),
  );
}

/** Kinds of tokens whose rate is not known. */
export function kindsWithoutRate(price: Price | null): readonly TokenKind[] {
  return tokenKinds.filter((kind) => price?.[kind] === undefined);
}

/** USD for the tokens whose rate is known. */
export function usdOf(usage: TokenUsage, price: Price): number {
  return tokenKinds.reduce((sum, kind) => sum + (usage[kind] * (price[kind]?.usd ?? 0)) / 1e6, 0);
}
