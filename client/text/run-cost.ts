import { usedLine, type PlannedCost } from '../../core/cost/cost-lines.js';
import { budgetText, formatUsd, priceText, usageText } from '../../core/cost/cost-text.js';
import type { TokenUsage } from '../../core/cost/usage.js';
import { formatCount } from '../../core/format.js';
import type { BilledUsage, ServerUsage } from '../cost/billed-usage.js';

export interface ShownCost {
  readonly cost: PlannedCost;
  /** `null` before the training. */
  readonly used: TokenUsage | null;
  readonly billed: ServerUsage;
  /** Begin of the run. */
  readonly since: Date;
}

/** What a training will use and has used, by the count of Headrace and by that of the server. */
export function runCostText({ cost, used, billed, since }: ShownCost): string {
  const { planned, price, budget } = cost;
  const lines: readonly (readonly [name: string, text: string])[] = [
    ['in all', usedLine(planned, cost)],
    ['so far', used === null ? 'nothing yet' : usedLine(used, cost)],
    ['price', price === null ? 'not known; give `train.price`' : `${priceText(price)}, so an estimate`],
    ['budget', budget === null ? 'none' : budgetText(budget)],
    ['billed', 'problem' in billed ? `not known: ${billed.problem}` : billedText(billed, since)],
  ];
  return lines.map(([name, text]) => `${name.padEnd(8)}${text}`).join('\n');
}

function billedText({ server, usage, cached, usd }: BilledUsage, since: Date): string {
  const ofThem = cached === 0 ? '' : ` (${formatCount(cached)} of the prefilled were cached)`;
  const cost = usd === null ? '' : `, ${formatUsd(usd)} by its own estimate`;
  const hour = `${since.toISOString().slice(0, 13).replace('T', ' ')}:00 UTC`;
  return `${usageText(usage, '')}${ofThem}${cost}: ${server}, for sessions of the run since ${hour}; it may lag by hours`;
}
