import { HeadraceError } from '../../errors.js';
import { rendererNames, type RendererName } from '../../recipe/choices.js';
import type { BaseModel } from './base-model.js';
import { modelFamilies } from './model-table.js';
import { refuseModel } from './refused-models.js';

/** The model that the project ships, on its own development server. */
const developmentModel: BaseModel = {
  name: 'headrace/tiny-qwen3',
  renderers: ['qwen3_instruct', 'qwen3', 'qwen3_disable_thinking'],
  hiddenSize: 64,
};

/** Every base model that is known, in the order of the table. */
export const baseModels: readonly BaseModel[] = [
  ...modelFamilies.flatMap(({ owner, renderers, vocabulary, tokenizer, models }) =>
    Object.entries(models).map(([short, model]): BaseModel => {
      const name = `${owner}/${short}`;
      return { name, renderers, tokenizer: tokenizer ?? name, vocabulary, ...model };
    }),
  ),
  developmentModel,
];

const byName: ReadonlyMap<string, BaseModel> = new Map(baseModels.map((model) => [model.name, model]));

/** The name of a model without its suffix: tables are keyed by what is before the first `:`. */
export function bareName(name: string): string {
  return name.split(':', 1)[0] ?? name;
}

/** What is known of a base model; a suffix such as `:peft:262144` names a variant of the same model. */
export function baseModelOf(name: string): BaseModel | undefined {
  return byName.get(bareName(name));
}

/**
 * The longest sequence that a model takes, in tokens, as its suffix or the table says; `undefined` where
 * neither does. A server's own limit goes before it.
 */
export function contextOf(name: string): number | undefined {
  const suffix = /:peft:(\d+)$/.exec(name)?.[1];
  return suffix === undefined ? baseModelOf(name)?.context : Number(suffix);
}

/** The names under which servers offer a model, by the table: the bare one and `:peft:262144`. */
export function offeredNames({ name, context, longContext }: BaseModel): readonly string[] {
  const long = longContext === undefined ? [] : [`${name}:peft:${longContext}`];
  return context === undefined && long.length > 0 ? long : [name, ...long];
}

/**
 * The renderer of a training: the recipe's, else the base model's first.
 *
 * @throws {HeadraceError} BaseModelError, where neither names one, and for a model that cannot be trained.
 */
export function rendererFor(baseModel: string, asked: RendererName | undefined): RendererName {
  refuseModel(baseModel);
  const renderer = asked ?? baseModelOf(baseModel)?.renderers[0];
  if (renderer !== undefined) return renderer;
  throw new HeadraceError(
    'BaseModelError',
    `The base model ${baseModel} is not in the table of models, so its renderer is not known. Renderers: ${rendererNames.join(', ')}`,
    {
      remedy:
        'Name train.renderer, train.tokenizer and a number as train.learning_rate, as they fit the model; or choose a model of `npx headrace models`.',
    },
  );
}
