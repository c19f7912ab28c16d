import { HeadraceError } from '../../errors.js';
import { rendererNames, type RendererName } from '../../recipe/choices.js';
import type { RendererSettings } from '../rendering/renderer.js';
import { rendererFor } from './base-models.js';

/** What decides the settings of a renderer: keys of `train`. */
export interface SettingsChoice {
  readonly base_model: string;
  readonly renderer?: RendererName | undefined;
  readonly thinking_effort?: number | undefined;
  /** `YYYY-MM-DD` */
  readonly current_date?: string | undefined;
}

/** Inkling's, where nothing else is asked: the default of the cookbook's `tml_v0.py`. */
export const defaultEffort = 0.9;

/**
 * What the renderer of a training writes that is not in its conversations. Empty for most renderers.
 *
 * @param today - the date where the recipe has none, `YYYY-MM-DD`; in a run the day on which it started.
 * @throws {HeadraceError} RecipeError, where a key has no meaning for the renderer; as `rendererFor`.
 */
export function rendererSettings(train: SettingsChoice, today: string): RendererSettings {
  const renderer = rendererFor(train.base_model, train.renderer);
  for (const key of ['thinking_effort', 'current_date'] as const) {
    const problem = settingProblem(key, renderer);
    if (train[key] !== undefined && problem !== undefined)
      throw new HeadraceError('RecipeError', `train.${key} ${problem}`);
  }
  if (takesEffort(renderer)) return { effort: train.thinking_effort ?? defaultEffort };
  return takesDate(renderer) ? { currentDate: train.current_date ?? today } : {};
}

/**
 * Why a key has no meaning for a renderer, as the rest of a sentence that begins with the key; `undefined`
 * where it has one.
 */
export function settingProblem(
  key: 'thinking_effort' | 'current_date',
  renderer: RendererName,
): string | undefined {
  if (key === 'current_date')
    return takesDate(renderer)
      ? undefined
      : `is written by the renderers ${datedRenderers.join(', ')} only, and the renderer is ${renderer}: remove the key`;
  if (takesEffort(renderer)) return undefined;
  const siblings = siblingsOfEffort(renderer);
  const instead =
    siblings.length === 0 ? '' : `; the effort is in the names of renderers: ${siblings.join(', ')}`;
  return `is written by the renderer tml_v0 only, and the renderer is ${renderer}: remove the key${instead}`;
}

/** Whether a renderer writes `train.thinking_effort`. */
function takesEffort(renderer: RendererName): boolean {
  return renderer === 'tml_v0';
}

/** Whether a renderer writes `train.current_date`. */
function takesDate(renderer: RendererName): boolean {
  return datedRenderers.includes(renderer);
}

const datedRenderers: readonly RendererName[] = [
  'gpt_oss_low_reasoning',
  'gpt_oss_medium_reasoning',
  'gpt_oss_high_reasoning',
];

/** The longest first: `nemotron3_ultra` has an effort of its own. */
const familiesWithEfforts = ['nemotron3_ultra', 'nemotron3', 'qwen3_8', 'gpt_oss', 'deepseekv4_1', 'glm5_3'];
const effortEnding = /_(low|medium|high|xhigh|max)_(reasoning|thinking)$/;

/** The renderers of the same family that write an effort. */
function siblingsOfEffort(renderer: RendererName): readonly RendererName[] {
  const family = familiesWithEfforts.find((prefix) => renderer.startsWith(prefix));
  return rendererNames.filter((name) => effortEnding.test(name) && name.replace(effortEnding, '') === family);
}
