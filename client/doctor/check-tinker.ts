import { checkBaseModel } from '../../activities/train/server/check-base-model.js';
import { createTinkerAccess } from '../../activities/train/server/tinker-access.js';
import type { ServerDescription } from '../../activities/train/server/tinker-access.js';
import { dayOf } from '../../core/day.js';
import type { Env } from '../../core/env.js';
import type { Train } from '../../core/recipe.js';
import { rendererFor } from '../../core/training/models/base-models.js';
import { modelNotes } from '../../core/training/models/model-notes.js';
import { rendererSettings } from '../../core/training/models/renderer-settings.js';
import { settingTexts } from '../../core/training/models/settings-text.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { failed, passed, warned } from './checks.js';
import type { Check } from './checks.js';

/**
 * Whether Tinker takes the key and trains the recipe's base model, and a renderer is known for it; and where
 * the table of models and the server differ. Nothing for a data job.
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
    if (train === undefined) return [{ ...found, status: 'warning' }];
    return [checkRenderer(train), found, ...notesOf(train)];
  }
  const offer = server.models.length === 0 ? 'no list of models' : `${server.models.length} models`;
  const reached = passed('tinker', `${server.description} takes the key; it offers ${offer}`);
  return train === undefined ? [reached] : [checkRenderer(train), reached, ...checkModel(server, train)];
}

function checkRenderer(train: Train): Check {
  try {
    const settings = settingTexts(
      rendererSettings(train, dayOf(new Date())),
      train.current_date !== undefined,
    );
    return passed('renderer', [rendererFor(train.base_model, train.renderer), ...settings].join(', '));
  } catch (error) {
    return failed('renderer', error);
  }
}

function checkModel(server: ServerDescription, train: Train): Check[] {
  try {
    checkBaseModel(server, train);
  } catch (error) {
    return [failed('base model', error)];
  }
  const offer = server.models.find(({ name }) => name === train.base_model);
  return [passed('base model', `${train.base_model} can be trained there`), ...notesOf(train, offer)];
}

function notesOf(train: Train, offer?: Parameters<typeof modelNotes>[1]): Check[] {
  return modelNotes(train, offer).map(({ text, remedy }) => warned('base model', text, remedy));
}
