import { isWithin, type Budget } from './budget.js';
import { budgetText, costText, priceText, usageText } from './cost-text.js';
import type { Price } from './price.js';
import type { TokenUsage } from './usage.js';

/** What a training will use, and what it may use. */
export interface PlannedCost {
  /** Of the whole training. Sampled: at most. */
  readonly planned: TokenUsage;
  /** `null`: no rate is known. */
  readonly price: Price | null;
  readonly budget: Budget | null;
}

/** What a training will use, what that costs, and where its budget is smaller. */
export function plannedLines({ planned, price, budget }: PlannedCost): readonly string[] {
  const cost = costText(planned, price);
  return [
    `in all ${usageText(planned)}`,
    ...(price === null || cost === undefined ? [] : [`${cost}, an estimate: ${priceText(price)}`]),
    ...(budget === null ? [] : [budgetLine(planned, price, budget)]),
  ];
}

function budgetLine(planned: TokenUsage, price: Price | null, budget: Budget): string {
  const short = isWithin(budget, planned, price) ? '' : ', less than that: the training will save and wait';
  return `the budget is ${budgetText(budget)}${short}`;
}

/** What a training has used. */
export function usedLine(usage: TokenUsage, { price }: Pick<PlannedCost, 'price'>): string {
  const cost = costText(usage, price);
  return `${usageText(usage)}${cost === undefined ? '' : `, ${cost}`}`;
}
