import { HeadraceError } from '../errors.js';
import type { Train } from '../recipe.js';
import { bareName, baseModelOf } from './models/base-models.js';

export interface ScheduleRule {
  /** Base learning rate. */
  readonly learningRate: number;
  readonly schedule: Train['schedule'];
  /** Steps over which the rate rises from base / warmupSteps to base; 0: none. */
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/**
 * The learning rate of step `step`, from 0: base · min(1, (step + 1) / warmup) · s(step), s as the Tinker
 * cookbook's.
 */
export function learningRateAt(rule: ScheduleRule, step: number): number {
  const warmup = rule.warmupSteps === 0 ? 1 : Math.min(1, (step + 1) / rule.warmupSteps);
  return rule.learningRate * warmup * decay(rule.schedule, step, rule.totalSteps);
}

/** As `tinker_cookbook/utils/lr_scheduling.py`: the last linear step is 1/total, not 0. */
function decay(schedule: Train['schedule'], step: number, total: number): number {
  switch (schedule) {
    case 'linear':
      return 1 - step / total;
    case 'cosine':
      return 0.5 * (1 + Math.cos((Math.PI * step) / total));
    case 'constant':
      return 1;
  }
}

const fullFineTuneRate = 5e-5;
const loraFactor = 10;

/**
 * What `learning_rate: auto` means: `get_lr` of the Tinker cookbook (`hyperparam_utils.py`) for a LoRA, 5e-5
 * · 10 · (2000 / hidden size)^k with k = 0.781 for Llama and 0.0775 for Qwen. Rank and batch size do not
 * enter.
 *
 * @param hiddenSize - of the model, if known; else from the table of base models.
 * @throws {HeadraceError} BaseModelError, where family or size are not known.
 */
export function autoLearningRate(baseModel: string, hiddenSize?: number): number {
  const exponent = rateExponent(baseModel);
  const size = hiddenSize ?? baseModelOf(baseModel)?.hiddenSize;
  if (exponent === undefined || size === undefined)
    throw new HeadraceError(
      'BaseModelError',
      `learning_rate: auto is not defined for ${baseModel}: ${exponent === undefined ? 'the Tinker cookbook has a formula for Qwen and Llama models only' : 'its hidden size is not known'}`,
      { remedy: 'Give train.learning_rate a number.' },
    );
  return fullFineTuneRate * loraFactor * (2000 / size) ** exponent;
}

/** Whether the cookbook's formula covers a model: it goes by the name. */
export function hasAutoRate(baseModel: string): boolean {
  return rateExponent(baseModel) !== undefined;
}

function rateExponent(baseModel: string): number | undefined {
  const name = bareName(baseModel).toLowerCase();
  if (name.includes('llama')) return 0.781;
  return name.includes('qwen') ? 0.0775 : undefined;
}
