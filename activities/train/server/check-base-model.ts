import { HeadraceError } from '../../../core/errors.js';
import type { Train } from '../../../core/recipe.js';
import type { ServerDescription } from './tinker-access.js';

const shownModels = 20;

/**
 * Checks that the server trains the recipe's base model, with sequences of its length. A server that lists no
 * models passes.
 *
 * @throws {HeadraceError} BaseModelError, RecipeError.
 */
export function checkBaseModel({ models, description }: ServerDescription, train: Train): void {
  if (models.length === 0) return;
  const model = models.find((each) => each.name === train.base_model);
  if (model === undefined || !model.trainable) {
    const offered = models.filter((each) => each.trainable).map((each) => each.name);
    const more = offered.length > shownModels ? `, and ${offered.length - shownModels} more` : '';
    throw new HeadraceError(
      'BaseModelError',
      `${description} does not train ${train.base_model}; it offers ${offered.slice(0, shownModels).join(', ')}${more}`,
    );
  }
  const { maxContextLength } = model;
  if (maxContextLength !== undefined && train.max_tokens > maxContextLength)
    throw new HeadraceError(
      'RecipeError',
      `train.max_tokens is ${train.max_tokens}, but ${train.base_model} on ${description} takes ${maxContextLength} tokens`,
      { remedy: `Set train.max_tokens to ${maxContextLength} or less.` },
    );
}
