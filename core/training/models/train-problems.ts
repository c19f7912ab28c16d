import type { Train } from '../../recipe.js';
import { exampleProblem, exampleRules } from '../example-rules.js';
import { rendererNamed } from '../families/index.js';
import { hasAutoRate } from '../schedule.js';
import { baseModelOf } from './base-models.js';
import { refusalOf } from './refused-models.js';
import { settingProblem, type SettingsChoice } from './renderer-settings.js';

/** A key of `train` that does not fit the base model or its renderer. */
export interface TrainProblem {
  readonly key: 'base_model' | 'learning_rate' | 'thinking_effort' | 'current_date' | 'train_on' | 'examples';
  /** The rest of a sentence that begins with the key. */
  readonly problem: string;
}

/**
 * What no server can change: a model that is not trained here, and keys without a meaning for the model or
 * its renderer. A model that is not in the table of models may be any.
 */
export function trainProblems(
  train: SettingsChoice & Pick<Train, 'learning_rate' | 'train_on' | 'examples'>,
): readonly TrainProblem[] {
  const { base_model: baseModel, learning_rate: rate } = train;
  const refusal = refusalOf(baseModel);
  if (refusal !== undefined) return [{ key: 'base_model', problem: refusal }];
  const problems: TrainProblem[] = [];
  if (rate === 'auto' && !hasAutoRate(baseModel))
    problems.push({
      key: 'learning_rate',
      problem: `cannot be auto for ${baseModel}: the Tinker cookbook has a formula for Qwen and Llama models only; give a number`,
    });
  const renderer = train.renderer ?? baseModelOf(baseModel)?.renderers[0];
  if (renderer === undefined) return problems;
  for (const key of ['thinking_effort', 'current_date'] as const) {
    const problem = train[key] === undefined ? undefined : settingProblem(key, renderer);
    if (problem !== undefined) problems.push({ key, problem });
  }
  const problem = exampleProblem(rendererNamed(renderer), exampleRules(train));
  return problem === undefined ? problems : [...problems, problem];
}
