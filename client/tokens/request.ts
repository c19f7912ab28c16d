import { HeadraceError } from '../../core/errors.js';
import { Train, type ExampleForm, type RendererName, type Source, type TrainOn } from '../../core/recipe.js';
import { exampleRules } from '../../core/training/example-rules.js';
import { placesOf, type ResultPlaces } from '../recipe/result-places.js';
import { readRecipeFile } from '../recipe/recipe-file.js';
import { sourceNamed } from '../recipe/source-named.js';
import type { ModelChoice } from './chosen-model.js';

export interface RequestOptions {
  readonly set: readonly string[];
  readonly source?: string;
  readonly model?: string;
  readonly renderer?: RendererName;
  readonly tokenizer?: string;
  readonly trainOn?: TrainOn;
  readonly examples?: ExampleForm;
  readonly maxTokens?: number;
}

/** Which conversations to show, and how they are written. */
export interface TokensRequest {
  readonly model: ModelChoice;
  readonly conversations:
    | { readonly path: string }
    | { readonly sources: readonly Source[]; readonly places: ResultPlaces };
}

/** The defaults of a recipe. */
const defaults = Train.pick({ train_on: true, examples: true, max_tokens: true }).parse({});

/**
 * What a command line asks for. Options win over the recipe.
 *
 * @param from - a recipe, whose name ends in .yaml or .yml; or a file of lines; or `-` for standard input.
 * @param lines - behind a recipe: lines to write as it trains.
 * @throws {HeadraceError} UsageError, RecipeError.
 */
export async function readRequest(
  from: string,
  lines: string | undefined,
  options: RequestOptions,
): Promise<TokensRequest> {
  const recipe = isRecipe(from) ? await readRecipeFile(from, { set: options.set }) : undefined;
  if (recipe === undefined) refuseWithoutRecipe(from, lines, options.set);
  const path = recipe === undefined ? from : lines;
  if (path !== undefined && options.source !== undefined)
    throw new HeadraceError('UsageError', `--source names a source of a recipe, and ${path} has lines`);
  const train = recipe?.train;
  const baseModel = options.model ?? train?.base_model;
  if (baseModel === undefined)
    throw new HeadraceError('UsageError', `${from} names no base model, and there is no --model`, {
      remedy: 'Name the model that the conversations are written for: --model Qwen/Qwen3-8B.',
    });
  const { trainOn, examples } = exampleRules(train ?? defaults);
  const { max_tokens: maxTokens } = train ?? defaults;
  const model: ModelChoice = {
    baseModel,
    renderer: options.renderer ?? train?.renderer,
    tokenizer: options.tokenizer ?? train?.tokenizer,
    // They belong to the renderer of the recipe.
    settings: options.model === undefined && options.renderer === undefined ? train : undefined,
    rules: { trainOn: options.trainOn ?? trainOn, examples: options.examples ?? examples },
    maxTokens: options.maxTokens ?? maxTokens,
  };
  if (recipe === undefined || path !== undefined) return { model, conversations: { path: path ?? from } };
  const { sources } = recipe;
  const shown = options.source === undefined ? sources : [sourceNamed(recipe, options.source)];
  return { model, conversations: { places: placesOf(recipe), sources: shown } };
}

function isRecipe(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}

/** @throws {HeadraceError} UsageError where an argument has a meaning only with a recipe. */
function refuseWithoutRecipe(from: string, lines: string | undefined, set: readonly string[]): void {
  const useless = lines ?? (set.length > 0 ? '--set' : undefined);
  if (useless !== undefined)
    throw new HeadraceError('UsageError', `${useless} is given without a recipe: ${from} has lines`, {
      remedy: 'Put the recipe first; its name ends in .yaml or .yml.',
    });
}
