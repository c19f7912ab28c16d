import { HeadraceError } from '../../../core/errors.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import type { Renderer } from '../../../core/training/rendering/renderer.js';
import { checkEncoder } from '../tokenizer/model-encoder.js';
import { createTextEncoder, type TextEncoder } from '../tokenizer/text-encoder.js';
import { readTokenizer, type TokenizerPaths } from '../tokenizer/tokenizer-files.js';
import type { Tokenisation } from './token-plan.js';

/** Input of {@link checkTokenizer}. */
export interface CheckTokenizerInput {
  readonly tokenisation: Tokenisation;
  readonly files: TokenizerPaths;
  readonly baseModel: string;
  /** Description of the tokenizer, for users. */
  readonly tokenizer: string;
}

/**
 * Checks that a tokenizer fits the renderer and the base model. A job for a thread.
 *
 * @throws {HeadraceError} TokenizerError.
 */
export async function checkTokenizer({ tokenisation, files, ...names }: CheckTokenizerInput): Promise<void> {
  const renderer = rendererNamed(tokenisation.renderer, tokenisation.settings);
  checkEncoder(await threadEncoder(files, tokenisation.tokenizerDigest, renderer), renderer, names);
}

let kept: { readonly key: string; readonly encoder: TextEncoder } | undefined;

/**
 * The encoder of a renderer. A thread mostly needs the same one again, so it keeps one.
 *
 * @throws {HeadraceError} TokenizerError; ArtifactCorruptError, where the files are not those of the digest.
 */
export async function threadEncoder(
  paths: TokenizerPaths,
  digest: string,
  { textTokens }: Pick<Renderer, 'textTokens'>,
): Promise<TextEncoder> {
  const key = [digest, ...textTokens].join(' ');
  if (kept?.key === key) return kept.encoder;
  // A second tokenizer beside the first would take the thread's memory.
  kept = undefined;
  const files = await readTokenizer(paths);
  if (files.digest !== digest)
    throw new HeadraceError(
      'ArtifactCorruptError',
      `The tokenizer of ${paths.place} is not the one of the plan`,
    );
  kept = { key, encoder: createTextEncoder(files, textTokens) };
  return kept.encoder;
}
