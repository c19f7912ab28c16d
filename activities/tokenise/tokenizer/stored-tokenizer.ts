import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { HeadraceError } from '../../../core/errors.js';
import type { Renderer } from '../../../core/training/rendering/renderer.js';
import { tokenizerConfigName, vocabularyNames } from '../../../core/training/tokenizer-names.js';
import { artifactKey, type ArtifactStore } from '../../artifacts/store.js';
import { createTextEncoder, type TextEncoder } from './text-encoder.js';
import {
  readTokenizer,
  writeTokenizerFiles,
  type TokenizerFiles,
  type TokenizerPaths,
} from './tokenizer-files.js';

const version = 1;

/**
 * The `tokenizer` artifact of some files.
 *
 * @param digest - SHA-256 of the files.
 */
export function tokenizerRef(digest: string): ArtifactRef {
  return { kind: 'tokenizer', key: artifactKey('tokenizer', version, { digest }) };
}

/** Puts a tokenizer into the store, where it is not there. */
export async function storeTokenizer(store: ArtifactStore, files: TokenizerFiles): Promise<void> {
  const ref = tokenizerRef(files.digest);
  if ((await store.find(ref)) === undefined) await store.put(ref, (dir) => writeTokenizerFiles(files, dir));
}

/**
 * Calls `use` with the files of a tokenizer of the store. They stay until it has ended.
 *
 * @param digest - SHA-256 of the files.
 * @param place - For users.
 * @throws {HeadraceError} ArtifactMissingError; ArtifactCorruptError where it has no vocabulary; as
 *   `store.bring`.
 */
export async function bringTokenizer<Result>(
  store: ArtifactStore,
  digest: string,
  use: (tokenizer: TokenizerPaths) => Promise<Result>,
  place = `the tokenizer ${digest}`,
): Promise<Result> {
  const artifact = await store.get(tokenizerRef(digest));
  const name = vocabularyNames.find((each) => each in artifact.files);
  if (name === undefined)
    throw new HeadraceError(
      'ArtifactCorruptError',
      `The ${artifact.ref.kind} ${artifact.ref.key} of ${store.place} has no vocabulary; expected ${vocabularyNames.join(' or ')}`,
    );
  const names = tokenizerConfigName in artifact.files ? [name, tokenizerConfigName] : [name];
  const wanted = names.map((file) => ({ artifact, file }));
  return await store.bring(wanted, ([path = '', config]) =>
    use({ place, vocabulary: { name, path }, config }),
  );
}

/** An encoder with a tokenizer of the store. @param digest - SHA-256 of its files. */
export async function storedEncoder(
  store: ArtifactStore,
  digest: string,
  { textTokens }: Pick<Renderer, 'textTokens'>,
): Promise<TextEncoder> {
  return createTextEncoder(await bringTokenizer(store, digest, readTokenizer), textTokens);
}
