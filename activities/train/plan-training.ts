import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type {
  CheckTrainingInput,
  CheckTrainingResult,
  PlanTrainingInput,
  TrainingPlan,
} from '../../core/contracts/training.js';
import { missingPrice } from '../../core/cost/budget.js';
import { priceOf } from '../../core/cost/price.js';
import { HeadraceError } from '../../core/errors.js';
import { plural } from '../../core/format.js';
import { checkLabel } from '../../core/labels.js';
import type { WorkContext } from '../../core/progress.js';
import type { Train } from '../../core/recipe.js';
import { rendererFor } from '../../core/training/models/base-models.js';
import { autoLearningRate } from '../../core/training/schedule.js';
import { totalSteps } from '../../core/training/steps.js';
import { untrainedNotes } from '../../core/training/untrained-notes.js';
import { isMissing } from '../../files/errno.js';
import { artifactKey } from '../artifacts/store.js';
import { readTokens, untrainedOf, type Tokens } from '../tokenise/pieces/tokens-artifact.js';
import { plannedUsage } from './planned-usage.js';
import { checkBaseModel } from './server/check-base-model.js';
import { checkTrainFrom } from './server/check-train-from.js';
import type { ServerDescription } from './server/tinker-access.js';
import { trainVersion, type TrainingPlanMeta } from './steps/training-plan.js';
import type { TrainDeps } from './train-deps.js';

/**
 * Makes the checks of `planTraining` against the server, before hours are spent on data.
 *
 * @throws {HeadraceError} as `planTraining`.
 */
export async function checkTraining(
  deps: TrainDeps,
  { train }: CheckTrainingInput,
  work: WorkContext,
): Promise<CheckTrainingResult> {
  rendererFor(train.base_model, train.renderer);
  const server = await deps.access.describeServer(work.signal);
  checkBaseModel(server, train);
  await checkTrainFrom(deps.access, train, work.signal);
  await learningRateOf(train, server);
  return { server: server.description, developmentServer: server.development };
}

/**
 * Fixes what a training depends on: server, steps, learning rate. Equal plans are one artifact.
 *
 * @throws {HeadraceError} NothingToTrainError, BaseModelError, RecipeError, LabelError, and what connecting
 * throws.
 */
export async function planTraining(
  deps: TrainDeps,
  input: PlanTrainingInput,
  work: WorkContext,
): Promise<TrainingPlan> {
  const { name, seed, train } = input;
  const tokens = await readTokens(deps.store, input.tokens);
  if (tokens.trainedExamples === 0) throw nothingToTrain(tokens);
  const server = await deps.access.describeServer(work.signal);
  checkBaseModel(server, train);
  await checkTrainFrom(deps.access, train, work.signal);
  const rule = {
    trainedExamples: tokens.trainedExamples,
    batchSize: train.batch_size,
    epochs: train.epochs,
    maxSteps: train.max_steps,
  };
  const { baseUrl, identity, description, development } = server;
  // They decide neither steps nor weights, and a run under way may change its budget.
  const { price: given, budget, ...parameters } = train;
  const price = priceOf(train.base_model, given);
  const problem = missingPrice(budget ?? {}, price);
  if (problem !== undefined) throw new HeadraceError('RecipeError', `train.budget.usd ${problem}`);
  const meta: TrainingPlanMeta = {
    name,
    seed,
    train: parameters,
    server: { baseUrl, identity, description, development },
    tokens: input.tokens.key,
    tokensDigest: tokens.digests.train,
    trainedExamples: tokens.trainedExamples,
    totalSteps: totalSteps(rule),
    learningRate: await learningRateOf(train, server),
    label: checkLabel(train.label ?? name),
  };
  const plan: ArtifactRef = { kind: 'training', key: artifactKey('training', trainVersion, meta) };
  if ((await deps.store.find(plan)) === undefined) await deps.store.put(plan, () => Promise.resolve(meta));
  return {
    plan,
    totalSteps: meta.totalSteps,
    learningRate: meta.learningRate,
    server: description,
    developmentServer: development,
    ...(await plannedUsage(deps.store, meta, tokens)),
    price,
  };
}

function nothingToTrain(tokens: Tokens): HeadraceError {
  const { rows } = tokens;
  const notes = untrainedNotes(untrainedOf(tokens));
  const remedies = new Set(notes.flatMap(({ remedy = [] }) => remedy));
  return new HeadraceError(
    'NothingToTrainError',
    [`None of ${plural(rows, 'row')} has a token to train on`, ...notes.map(({ text }) => text)].join('; '),
    remedies.size === 0 ? {} : { remedy: [...remedies].join(' ') },
  );
}

async function learningRateOf(train: Train, { modelDir }: ServerDescription): Promise<number> {
  if (train.learning_rate !== 'auto') return train.learning_rate;
  return autoLearningRate(
    train.base_model,
    modelDir === undefined ? undefined : await hiddenSizeIn(modelDir),
  );
}

const ModelConfig = z.object({ hidden_size: z.int().min(1) });

async function hiddenSizeIn(modelDir: string): Promise<number | undefined> {
  try {
    const config = ModelConfig.safeParse(JSON.parse(await readFile(join(modelDir, 'config.json'), 'utf8')));
    return config.data?.hidden_size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
