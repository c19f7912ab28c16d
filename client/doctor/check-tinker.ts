import { checkBaseModel } from '../../activities/train/server/check-base-model.js';
import { createTinkerAccess } from '../../activities/train/server/tinker-access.js';
import type { ServerDescription } from '../../activities/train/server/tinker-access.js';
import { failed, passed } from './checks.js';
import type { Check } from './checks.js';
import type { Env } from '../../core/env.js';
import type { Train } from '../../core/recipe.js';
import { rendererFor } from '../../core/training/models/base-models.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';

/**
 * Whether Tinker takes the key and trains the recipe's base model, and a renderer is known for it. Nothing
 * for a data job.
 */
export async function checkTinker(
  env: Env,
  recipe: ResolvedRecipe | undefined,
  signal: AbortSignal,
): Promise<Check[]> {
  const train = recipe?.train;
  if (recipe !== undefined && train === undefined) return [];
  let server: ServerDescription;
  try {
    server = await createTinkerAccess({ env }).describeServer(signal);
  } catch (error) {
    const found = failed('tinker', error);
    // Without a recipe there may be no training.
    return train === undefined ? [{ ...found, status: 'warning' }] : [checkRenderer(train), found];
  }
  const offer = server.models.length === 0 ? 'no list of models' : `${server.models.length} models`;
  const reached = passed('tinker', `${server.description} takes the key; it offers ${offer}`);
  return train === undefined ? [reached] : [checkRenderer(train), reached, checkModel(server, train)];
}

function checkRenderer(train: Train): Check {
  try {
    return passed('renderer', rendererFor(train.base_model, train.renderer));
  } catch (error) {
    return failed('renderer', error);
  }
}

function checkModel(server: ServerDescription, train: Train): Check {
  try {
    checkBaseModel(server, train);
    return passed('base model', `${train.base_model} can be trained there`);
  } catch (error) {
    return failed('base model', error);
  }
}
