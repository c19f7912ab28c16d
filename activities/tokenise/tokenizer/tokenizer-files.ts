import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadraceError } from '../../../core/errors.js';
import {
  tokenizerConfigName,
  vocabularyNames,
  type VocabularyName,
} from '../../../core/training/tokenizer-names.js';
import { ignoreMissing } from '../../../files/errno.js';

/** A tokenizer as it is on disk: a vocabulary, and tokenizer_config.json where there is one. */
export interface TokenizerFiles {
  /** Where they are, for users. */
  readonly place: string;
  readonly vocabulary: { readonly name: VocabularyName; readonly bytes: Buffer };
  readonly config: Buffer | undefined;
  /** SHA-256 over all of it. */
  readonly digest: string;
}

/** Where the files of a tokenizer are on this disk. */
export interface TokenizerPaths {
  /** For users. */
  readonly place: string;
  readonly vocabulary: { readonly name: VocabularyName; readonly path: string };
  readonly config: string | undefined;
}

/**
 * @param place - For users.
 * @throws {HeadraceError} TokenizerError, where the folder has no vocabulary.
 */
export async function readTokenizerFiles(dir: string, place = dir): Promise<TokenizerFiles> {
  return await readTokenizer(await tokenizerIn(dir, place));
}

export async function readTokenizer({ place, vocabulary, config }: TokenizerPaths): Promise<TokenizerFiles> {
  const { name, path } = vocabulary;
  const bytes = await readFile(path);
  return tokenizerFiles(place, { name, bytes }, config === undefined ? undefined : await readFile(config));
}

/**
 * The files of the tokenizer in a folder.
 *
 * @param place - For users.
 * @throws {HeadraceError} TokenizerError, where the folder has no vocabulary.
 */
export async function tokenizerIn(dir: string, place = dir): Promise<TokenizerPaths> {
  const has = async (name: string): Promise<boolean> =>
    (await stat(join(dir, name)).catch(ignoreMissing)) !== undefined;
  const config = (await has(tokenizerConfigName)) ? join(dir, tokenizerConfigName) : undefined;
  for (const name of vocabularyNames)
    if (await has(name)) return { place, vocabulary: { name, path: join(dir, name) }, config };
  throw new HeadraceError(
    'TokenizerError',
    `${dir} has no tokenizer; expected ${vocabularyNames.slice(0, -1).join(', ')} or ${vocabularyNames.at(-1)}`,
  );
}

export function tokenizerFiles(
  place: string,
  vocabulary: TokenizerFiles['vocabulary'],
  config?: Buffer,
): TokenizerFiles {
  const hash = createHash('sha256').update(`${vocabulary.name} ${vocabulary.bytes.length}\n`);
  const digest = hash
    .update(vocabulary.bytes)
    .update(config ?? '')
    .digest('hex');
  return { place, vocabulary, config, digest };
}

/** Writes the files into a folder, for {@link readTokenizerFiles}. */
export async function writeTokenizerFiles(
  { vocabulary, config }: TokenizerFiles,
  dir: string,
): Promise<void> {
  await writeFile(join(dir, vocabulary.name), vocabulary.bytes);
  if (config !== undefined) await writeFile(join(dir, tokenizerConfigName), config);
}
