import type { Conversation } from '../../core/convert/conversation/conversation.js';
import type { Prompts, SampledTokens } from '../../core/cost/estimate.js';
import type { Train } from '../../core/recipe.js';
import { trainedTokens } from '../../core/training/datum.js';
import { tokeniseExamples } from '../../core/training/examples.js';
import { tokenisePrompt } from '../../core/training/tokens.js';
import { answerTokens } from '../../activities/train/evaluation/evaluation-artifact.js';
import type { ChosenModel } from '../tokens/chosen-model.js';

/** What conversations become in a training, by tokenising them. */
export function sampleTokens(
  { renderer, rules, maxTokens, encoder }: ChosenModel,
  conversations: readonly Conversation[],
): SampledTokens {
  let [examples, tokens] = [0, 0];
  for (const conversation of conversations)
    for (const example of tokeniseExamples(renderer, conversation, rules, encoder).examples) {
      const length = Math.min(example.tokens.length, maxTokens);
      if (trainedTokens(example.mask, length) === 0) continue;
      examples += 1;
      // The last token is a target only.
      tokens += length - 1;
    }
  return { conversations: conversations.length, examples, tokens };
}

/** The prompts of a recipe as its evaluations send them. */
export function promptsOf({ renderer, encoder }: ChosenModel, { prompts }: Pick<Train, 'prompts'>): Prompts {
  const lengths = prompts.map(
    (content) => tokenisePrompt(renderer, { messages: [{ role: 'user', content }] }, encoder).length,
  );
  return { tokens: lengths.reduce((sum, length) => sum + length, 0), answerTokens };
}
