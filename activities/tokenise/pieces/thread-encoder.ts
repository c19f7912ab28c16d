import { HeadraceError } from '../../../core/errors.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import type { RendererName } from '../../../core/recipe.js';
import type { Renderer, RendererSettings } from '../../../core/training/rendering/renderer.js';
import { checkEncoder } from '../tokenizer/model-encoder.js';
import { createTextEncoder, type TextEncoder } from '../tokenizer/text-encoder.js';
import { readTokenizer, type TokenizerPaths } from '../tokenizer/tokenizer-files.js';

/** Input of {@link checkTokenizer}. */
export interface CheckTokenizerInput {
  readonly renderer: RendererName;
  readonly settings: RendererSettings;
  /** SHA-256 of the files. */
  readonly digest: string;
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
export async function checkTokenizer(input: CheckTokenizerInput): Promise<void> {
  const { settings, digest, files, baseModel, tokenizer } = input;
  const renderer = rendererNamed(input.renderer, settings);
  checkEncoder(await threadEncoder(files, digest, renderer), renderer, { baseModel, tokenizer });
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
