import { HeadraceError } from '../../../core/errors.js';
import type { Train } from '../../../core/recipe.js';
import { bareName, baseModelOf } from '../../../core/training/models/base-models.js';
import type { ServerDescription } from './tinker-access.js';

const shownModels = 20;

/**
 * Checks that the server trains the recipe's base model, with sequences of its length. A server that lists no
 * models passes.
 *
 * @throws {HeadraceError} BaseModelError, RecipeError.
 */
export function checkBaseModel(server: ServerDescription, train: Train): void {
  if (server.models.length === 0) return;
  const model = server.models.find((each) => each.name === train.base_model);
  if (model === undefined || !model.trainable) throw notOffered(server, train.base_model);
  const { maxContextLength } = model;
  if (maxContextLength !== undefined && train.max_tokens > maxContextLength)
    throw new HeadraceError(
      'RecipeError',
      `train.max_tokens is ${train.max_tokens}, but ${train.base_model} on ${server.description} takes ${maxContextLength} tokens`,
      { remedy: `Set train.max_tokens to ${maxContextLength} or less.` },
    );
}

function notOffered({ models, description }: ServerDescription, baseModel: string): HeadraceError {
  const offered = models.filter(({ trainable }) => trainable).map(({ name }) => name);
  const variants = offered.filter((name) => bareName(name) === bareName(baseModel));
  const shown = [...variants, ...offered.filter((name) => !variants.includes(name))].slice(0, shownModels);
  const more = offered.length > shownModels ? `, and ${offered.length - shownModels} more` : '';
  const retired = baseModelOf(baseModel)?.retired === true ? ', which Tinker has retired' : '';
  return new HeadraceError(
    'BaseModelError',
    `${description} does not train ${baseModel}${retired}; it offers ${shown.join(', ')}${more}`,
    variants.length === 0 ? {} : { remedy: `Set train.base_model to ${variants.join(' or ')}.` },
  );
}
