import { HeadraceError } from '../../errors.js';

const notPublished =
  'in tml-renderers 0.4.1, which no package registry has, so that nothing can be compared with the reference';

/** Models that Tinker offers and Headrace does not train, by their names without a suffix, and why. */
export const refusedModels: ReadonlyMap<string, string> = new Map([
  ['moonshotai/Kimi-K3.1-Pro', `its renderer and its tokenizer are ${notPublished}`],
  ['thinkingmachines/Inkling-2-Small', `its tokenizer, h200k, is ${notPublished}`],
]);

/**
 * Why a model is not trained, as the rest of a sentence that begins with a key; `undefined` where it is not
 * refused.
 */
export function refusalOf(baseModel: string): string | undefined {
  const [name = baseModel] = baseModel.split(':', 1);
  const reason = refusedModels.get(name);
  return reason === undefined ? undefined : `cannot be ${name}, which Headrace does not train: ${reason}`;
}

/** @throws {HeadraceError} BaseModelError for a model that is refused, with the reason. */
export function refuseModel(baseModel: string): void {
  const refusal = refusalOf(baseModel);
  if (refusal === undefined) return;
  throw new HeadraceError('BaseModelError', `The base model ${refusal}`, {
    remedy: 'Choose one that `npx headrace models` lists.',
  });
}
