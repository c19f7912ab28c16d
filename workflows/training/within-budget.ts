import { ApplicationFailure } from '@temporalio/workflow';
import type { TrainingPlan } from '../../core/contracts/training.js';
import { isWithin, trainableTokens } from '../../core/cost/budget.js';
import type { Budget } from '../../core/cost/budget.js';
import { budgetText, usedText } from '../../core/cost/cost-text.js';
import { usageOf } from '../../core/cost/usage.js';
import type { TokenUsage } from '../../core/cost/usage.js';
import type { ErrorType } from '../../core/errors.js';
import type { StepRange } from './segments.js';
import type { Training } from './training.js';

/**
 * Requires that the budget covers the evaluation before the training.
 *
 * @throws {ApplicationFailure} BudgetReachedError.
 */
export function requireFirstEvaluation({ input, progress }: Training): void {
  const { budget, training } = input;
  const usage = usageOf(
    { ...progress.done, evaluations: Math.max(1, progress.done.evaluations) },
    training.evaluation,
  );
  if (budget !== null && !isWithin(budget, usage, training.price))
    throw budgetReached(input, progress, budget, 'the evaluation before the first step');
}

/**
 * The part of a segment that the budget covers, the evaluation of its checkpoint included.
 *
 * @throws {ApplicationFailure} BudgetReachedError, where the budget does not cover the first step.
 */
export async function withinBudget(
  { input, progress, activities }: Training,
  { from, to }: StepRange,
): Promise<StepRange> {
  const { budget, training } = input;
  if (budget === null) return { from, to };
  const { plan, evaluation, price, totalSteps } = training;
  const { trainedTokens, evaluations } = progress.done;
  const evaluated = usageOf({ trainedTokens, evaluations: evaluations + 1 }, evaluation);
  const tokens = trainableTokens(budget, evaluated, price);
  if (tokens === Number.POSITIVE_INFINITY) return { from, to };
  const summary = `steps ${from} to ${to - 1} of ${totalSteps} within the budget`;
  const end = tokens <= 0 ? from : (await activities.stepsWithin(summary, { plan, from, to, tokens })).to;
  if (end === from)
    throw budgetReached(
      input,
      progress,
      budget,
      `step ${from} of ${totalSteps} and its checkpoint's evaluation`,
    );
  return { from, to: end };
}

function budgetReached(
  { training, checkpointEvery }: Training['input'],
  { done, last }: Training['progress'],
  budget: Budget,
  what: string,
): ApplicationFailure {
  const used = usedText(usageOf(done, training.evaluation), training.price);
  const kept = last === null ? 'Nothing is trained yet' : `The checkpoint ${last.label} is saved`;
  const needed = usedText(neededUsage(training, checkpointEvery, { done, last }), training.price);
  const remedy = `The whole training needs at least ${needed}. Raise the budget, and it continues from there.`;
  return ApplicationFailure.nonRetryable(
    `The budget of ${budgetText(budget)} does not cover ${what}: used are ${used}. ${kept}.`,
    'BudgetReachedError' satisfies ErrorType,
    { remedy },
  );
}

/**
 * More than was planned where checkpoints were saved in between; less than it takes where steps were lost.
 */
function neededUsage(
  { usage, evaluation, totalSteps }: TrainingPlan,
  every: number,
  { done, last }: Pick<Training['progress'], 'done' | 'last'>,
): TokenUsage {
  const checkpoints = Math.ceil(totalSteps / every) - Math.floor((last?.nextStep ?? 0) / every);
  const evaluations = Math.max(1, done.evaluations) + checkpoints;
  return usageOf({ trainedTokens: Math.max(usage.train, done.trainedTokens), evaluations }, evaluation);
}
