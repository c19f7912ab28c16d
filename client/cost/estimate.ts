import type { Composition } from '../../core/contracts/mix.js';
import type { Conversation } from '../../core/convert/conversation/conversation.js';
import {
  estimateUsage,
  expectedMix,
  type EstimatedPart,
  type EstimatedUsage,
} from '../../core/cost/estimate.js';
import { priceOf, type Price } from '../../core/cost/price.js';
import { HeadraceError } from '../../core/errors.js';
import type { Source, Train } from '../../core/recipe.js';
import { exampleRules } from '../../core/training/example-rules.js';
import type { LocalWork } from '../local-work.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { chooseModel, tokenizerSources, type ChosenModel } from '../tokens/chosen-model.js';
import { promptsOf, sampleTokens } from './sample-tokens.js';

/** What a training is expected to use and to cost, or why that is not known. */
export type CostEstimate =
  | (EstimatedUsage & {
      /** What was tokenised: `the first rows of each source`. */
      readonly from: string;
      readonly tokenizer: string;
      /** Sources that are not in it, as their number of conversations is not known. */
      readonly without: readonly string[];
      readonly price: Price | null;
      readonly budget: Train['budget'] | null;
    })
  | { readonly problem: string };

/** The first conversations of a source, and how many it is expected to have. */
export interface SourceSample {
  readonly source: Source;
  readonly conversations: readonly Conversation[];
  readonly expected: number | null;
}

/** Estimates a training before anything is converted. */
export async function estimateFromSources(
  local: LocalWork,
  recipe: ResolvedRecipe,
  train: Train,
  samples: readonly SourceSample[],
): Promise<CostEstimate> {
  const known = samples.flatMap(({ expected, ...sample }) =>
    expected === null ? [] : [{ expected, ...sample }],
  );
  const names = new Set(known.map(({ source }) => source.name));
  const without = recipe.sources.flatMap(({ name }) => (names.has(name) ? [] : [name]));
  return await estimated(local, train, { from: 'the first rows of each source', without }, (model) =>
    expectedMix(
      known.map(({ source, conversations, expected }) => ({
        source,
        conversations: expected,
        sample: sampleTokens(model, conversations),
      })),
      recipe,
    ),
  );
}

/**
 * Estimates a training on a mix that is made, from some of its conversations. A source of which there is none
 * counts as all of them together.
 */
export async function estimateFromMix(
  local: LocalWork,
  train: Train,
  { sources }: Composition,
  conversations: readonly (Conversation & { readonly source?: string })[],
): Promise<CostEstimate> {
  const from = `${conversations.length} conversations of the mix`;
  return await estimated(local, train, { from, without: [] }, (model) =>
    sources.map(({ name, lines, heldout }) => {
      const own = conversations.filter(({ source }) => source === name);
      return { lines, heldout, sample: sampleTokens(model, own.length === 0 ? conversations : own) };
    }),
  );
}

/** Without a tokenizer, or with shares that cannot be met, the problem takes the place of the estimate. */
async function estimated(
  { hub, env, work }: LocalWork,
  train: Train,
  what: { readonly from: string; readonly without: readonly string[] },
  partsOf: (model: ChosenModel) => readonly EstimatedPart[],
): Promise<CostEstimate> {
  const { base_model: baseModel, renderer, tokenizer, max_tokens: maxTokens } = train;
  const choice = { baseModel, renderer, tokenizer, settings: train, rules: exampleRules(train), maxTokens };
  try {
    const model = await chooseModel(choice, tokenizerSources(hub, env), work.signal);
    return {
      ...estimateUsage(partsOf(model), train, promptsOf(model, train)),
      ...what,
      tokenizer: model.tokenizer,
      price: priceOf(baseModel, train.price),
      budget: train.budget ?? null,
    };
  } catch (error) {
    if (!(error instanceof HeadraceError)) throw error;
    return { problem: `${error.type}: ${error.message}` };
  }
}
