import { startChild } from '@temporalio/workflow';
import type { MixResult } from '../../core/contracts/mix.js';
import type { TokensResult } from '../../core/contracts/tokens.js';
import type { TrainingPlan } from '../../core/contracts/training.js';
import type { Budget } from '../../core/cost/budget.js';
import { plural } from '../../core/format.js';
import type { Train } from '../../core/recipe.js';
import type { TrainOutcome } from '../../core/run/run.js';
import { childOptions } from '../pause/children.js';
import type { Run } from '../run/run.js';
import { trainLora } from '../train-lora.js';

/** Checks the Tinker server while the data is prepared, so that a wrong key fails early. */
export async function checkTraining({ activities, waits, view }: Run, train: Train): Promise<void> {
  const { server, developmentServer } = await waits.untilDone(
    'train',
    async () => await activities.checkTraining(`check the Tinker server and ${train.base_model}`, { train }),
  );
  view.show({ server, developmentServer });
}

/** Fixes what the training consists of: steps, renderer, learning rate, server. */
export async function planTraining(run: Run, train: Train, tokens: TokensResult): Promise<TrainingPlan> {
  const { activities, view } = run;
  const { name, seed } = run.recipe;
  view.enter('train');
  const plan = await activities.planTraining(`plan ${plural(tokens.totalSteps, 'step')}`, {
    name,
    seed,
    train,
    tokens: tokens.tokens,
  });
  const { server, developmentServer, usage: planned, price } = plan;
  view.show({ server, developmentServer, cost: { planned, price, budget: budgetOf(run) } });
  return plan;
}

/** The recipe's, or the one that it was changed to. */
function budgetOf({ recipe }: Run): Budget | null {
  return recipe.train?.budget ?? null;
}

/** Trains in a child, whose history is its own: a training of many segments continues as new. */
export async function trainInChild(
  run: Run,
  train: Train,
  training: TrainingPlan,
  { mix }: MixResult,
): Promise<TrainOutcome> {
  const { children, trainWorkflowId: workflowId } = run;
  const { out } = run.recipe;
  const { checkpoint_every: checkpointEvery, ttl_seconds: ttlSeconds } = train;
  return await children.execute(
    workflowId,
    async () =>
      await startChild(trainLora, {
        workflowId,
        args: [{ training, mix, out, checkpointEvery, ttlSeconds, budget: budgetOf(run) }],
        staticSummary: `train ${train.base_model}, ${plural(training.totalSteps, 'step')}`,
        ...childOptions,
      }),
  );
}
