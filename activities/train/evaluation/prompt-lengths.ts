import { rendererNamed } from '../../../core/training/families/index.js';
import { tokenisePrompt } from '../../../core/training/tokens.js';
import type { Tokens } from '../../tokenise/pieces/tokens-artifact.js';
import { createTextEncoder } from '../../tokenise/tokenizer/text-encoder.js';
import { readTokenizerFiles } from '../../tokenise/tokenizer/tokenizer-files.js';
import type { TrainingPlanMeta } from '../steps/training-plan.js';

/** Tokens of each of the recipe's prompts, with what the renderer writes around it. */
export async function promptLengths(
  { train }: TrainingPlanMeta,
  { tokenizerDir, tokenisation }: Tokens,
): Promise<number[]> {
  const renderer = rendererNamed(tokenisation.renderer, tokenisation.settings);
  const encoder = createTextEncoder(await readTokenizerFiles(tokenizerDir), renderer.textTokens);
  return train.prompts.map(
    (content) => tokenisePrompt(renderer, { messages: [{ role: 'user', content }] }, encoder).length,
  );
}
