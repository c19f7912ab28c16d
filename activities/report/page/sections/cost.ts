import type { TrainingPlan } from '../../../../core/contracts/training.js';
import type { Budget } from '../../../../core/cost/budget.js';
import { budgetText, costText, priceText } from '../../../../core/cost/cost-text.js';
import { allTokens, type TokenUsage } from '../../../../core/cost/usage.js';
import { count } from '../format.js';
import { html, table, type Part } from '../html.js';
import { withCode } from './findings.js';

/** Tokens of the training by the rate at which they are billed, and what they cost by the known prices. */
export function costSection(
  training: TrainingPlan | null,
  budget: Budget | null,
  used: TokenUsage | null,
): Part {
  if (training === null) return null;
  const { usage: planned, price } = training;
  const row = (name: string, usage: TokenUsage): string[] => [
    name,
    count(usage.train),
    count(usage.prefill),
    count(usage.sample),
    count(allTokens(usage)),
    ...(price === null ? [] : [costText(usage, price) ?? '']),
  ];
  return html`<section>
    <h2>Tokens and cost</h2>
    <p>
      Trained are the tokens of every step, prefilled those of held-out conversations and prompts, sampled at
      most those of answers.
      ${' '}${price === null ? 'No price is known.' : withCode(`An estimate: ${priceText(price)}.`)}
      ${' '}${budget === null ? null : `The budget is ${budgetText(budget)}.`}
    </p>
    ${table(
      ['', 'trained', 'prefilled', 'sampled', 'tokens', ...(price === null ? [] : ['cost'])],
      `lnnnn${price === null ? '' : 'n'}`,
      [...(used === null ? [] : [row('so far', used)]), row('the whole training', planned)],
    )}
  </section>`;
}
