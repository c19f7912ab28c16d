import { HeadraceError } from '../../../core/errors.js';
import { baseModelOf } from '../../../core/training/models/base-models.js';
import { controlTokens } from '../../../core/training/models/control-tokens.js';
import { controlTokensOf } from '../../../core/training/rendering/control-tokens.js';
import type { Renderer } from '../../../core/training/rendering/renderer.js';
import type { TokenEncoder } from '../../../core/training/rendering/token-encoder.js';
import type { ResolvedTokenizer } from './resolve-tokenizer.js';
import { createTextEncoder, type TextEncoder } from './text-encoder.js';

/**
 * The encoder of a renderer and a base model.
 *
 * @throws {HeadraceError} TokenizerError, as {@link createTextEncoder} and {@link checkEncoder}.
 */
export function modelEncoder(
  tokenizer: ResolvedTokenizer,
  renderer: Renderer,
  baseModel: string,
): TextEncoder {
  const encoder = createTextEncoder(tokenizer, renderer.textTokens);
  checkEncoder(encoder, renderer, { baseModel, tokenizer: tokenizer.description });
  return encoder;
}

/**
 * Checks that a tokenizer has the control tokens that a renderer writes, and those of a base model.
 *
 * @param names - for users.
 * @throws {HeadraceError} TokenizerError.
 */
export function checkEncoder(
  encoder: Pick<TokenEncoder, 'bos' | 'specialId'>,
  renderer: Renderer,
  { baseModel, tokenizer }: { readonly baseModel: string; readonly tokenizer: string },
): void {
  for (const token of controlTokensOf(renderer, encoder.bos)) encoder.specialId(token);
  const vocabulary = baseModelOf(baseModel)?.vocabulary;
  if (vocabulary === undefined) return;
  for (const [token, expected] of Object.entries(controlTokens[vocabulary])) {
    const found = encoder.specialId(token);
    if (found === expected) continue;
    throw new HeadraceError(
      'TokenizerError',
      `The tokenizer ${tokenizer} is of another model than ${baseModel}: ` +
        `it has ${token} with the id ${found}, expected ${expected}`,
      { remedy: `Leave train.tokenizer out, or name the tokenizer of ${baseModel} there.` },
    );
  }
}
