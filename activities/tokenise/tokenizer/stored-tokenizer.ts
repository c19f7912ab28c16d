import { HeadraceError } from '../../../core/errors.js';
import type { Renderer } from '../../../core/training/rendering/renderer.js';
import { tokenizerConfigName, vocabularyNames } from '../../../core/training/tokenizer-names.js';
import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { createTextEncoder, type TextEncoder } from './text-encoder.js';
import { readTokenizer, type TokenizerFiles, type TokenizerPaths } from './tokenizer-files.js';

/**
 * Calls `use` with the files of the tokenizer in an artifact, a `token-plan` or `tokens`. They stay until it
 * has ended.
 *
 * @param place - For users.
 * @throws {HeadraceError} ArtifactCorruptError where the artifact has no vocabulary; as `store.bring`.
 */
export async function bringTokenizer<Result>(
  store: ArtifactStore,
  artifact: Artifact,
  use: (tokenizer: TokenizerPaths) => Promise<Result>,
  place = `the ${artifact.ref.kind} ${artifact.ref.key}`,
): Promise<Result> {
  const name = vocabularyNames.find((each) => each in artifact.files);
  if (name === undefined)
    throw new HeadraceError(
      'ArtifactCorruptError',
      `The ${artifact.ref.kind} ${artifact.ref.key} of ${store.place} has no tokenizer; expected ${vocabularyNames.join(' or ')}`,
    );
  const names = tokenizerConfigName in artifact.files ? [name, tokenizerConfigName] : [name];
  const wanted = names.map((file) => ({ artifact, file }));
  return await store.bring(wanted, ([path = '', config]) =>
    use({ place, vocabulary: { name, path }, config }),
  );
}

/** The tokenizer in an artifact. */
export async function storedTokenizer(store: ArtifactStore, artifact: Artifact): Promise<TokenizerFiles> {
  return await bringTokenizer(store, artifact, readTokenizer);
}

/** An encoder with the tokenizer in an artifact. */
export async function storedEncoder(
  store: ArtifactStore,
  artifact: Artifact,
  { textTokens }: Pick<Renderer, 'textTokens'>,
): Promise<TextEncoder> {
  return createTextEncoder(await storedTokenizer(store, artifact), textTokens);
}
