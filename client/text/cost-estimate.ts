import { plannedLines } from '../../core/cost/cost-lines.js';
import type { TokenUsage } from '../../core/cost/usage.js';
import { formatCount, plural } from '../../core/format.js';
import type { CostEstimate } from '../cost/estimate.js';

/** What a training is expected to use and to cost, as lines for users. */
export function costEstimateLines(estimate: CostEstimate): readonly string[] {
  if ('problem' in estimate) return [`No estimate of tokens: ${estimate.problem}`];
  const { from, tokenizer, without, conversations, steps, usage, price, budget } = estimate;
  const missing = without.length === 0 ? '' : `, without ${without.join(', ')}`;
  return [
    `Tokens, an estimate from ${from}${missing} (tokenizer ${tokenizer}):`,
    `  about ${formatCount(rounded(conversations))} conversations, ${plural(rounded(steps), 'step')}`,
    ...plannedLines({ planned: roundedUsage(usage), price, budget: budget ?? null }).map(
      (line) => `  ${line}`,
    ),
  ];
}

function roundedUsage({ train, prefill, sample }: TokenUsage): TokenUsage {
  return { train: rounded(train), prefill: rounded(prefill), sample: rounded(sample) };
}

/** To two digits: a sample does not give more. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
