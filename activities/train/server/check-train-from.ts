import { HeadraceError } from '../../../core/errors.js';
import type { Train } from '../../../core/recipe.js';
import type { TinkerAccess } from './tinker-access.js';
import { isTinkerError, withTinkerErrors } from './tinker-errors.js';

/**
 * Checks that the server has `train.from`, and that it fits the recipe. Does nothing where the recipe names
 * none.
 *
 * @throws {HeadraceError} RecipeError, where the server does not have it or it does not fit the recipe.
 */
export async function checkTrainFrom(access: TinkerAccess, train: Train, signal: AbortSignal): Promise<void> {
  const { from, base_model: baseModel, lora } = train;
  if (from === undefined) return;
  const tinker = await access.connect(signal);
  await withTinkerErrors(tinker.baseUrl, signal, async () => {
    let info;
    try {
      info = await tinker.weightsInfo(from, signal);
    } catch (error) {
      if (!isTinkerError(error, 'not-found')) throw error;
      throw new HeadraceError('RecipeError', `${tinker.baseUrl} does not have train.from, ${from}`, {
        remedy:
          'Its time to live may be over, or it is on another server. Cancel the run and start it from a state that this one has.',
        cause: error,
      });
    }
    if (info.baseModel !== baseModel)
      throw new HeadraceError(
        'RecipeError',
        `train.from was trained from ${info.baseModel}, but train.base_model is ${baseModel}`,
        {
          remedy: `Cancel the run and start it with train.base_model ${info.baseModel}, or from another checkpoint.`,
        },
      );
    if (info.loraRank !== undefined && info.loraRank !== lora.rank)
      throw new HeadraceError(
        'RecipeError',
        `train.from has a LoRA of rank ${info.loraRank}, but train.lora.rank is ${lora.rank}`,
        { remedy: `Cancel the run and start it with train.lora.rank ${info.loraRank}.` },
      );
  });
}
