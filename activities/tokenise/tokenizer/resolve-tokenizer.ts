import { isAbsolute } from 'node:path';
import { HeadraceError } from '../../../core/errors.js';
import { baseModelOf } from '../../../core/training/models/base-models.js';
import { shippedTokenizer } from './shipped-tokenizers.js';
import { readTokenizerFiles, tokenizerFiles, type TokenizerFiles } from './tokenizer-files.js';

/** Sources of tokenizers. */
export interface TokenizerSources {
  /** Reads a folder that a recipe names. @default from this disk */
  readonly readFolder?: (folder: string) => Promise<TokenizerFiles>;
  /** Downloads a tokenizer from the Hub. */
  readonly fetchTokenizer?: (
    id: string,
    revision: string,
    signal: AbortSignal,
  ) => Promise<Pick<TokenizerFiles, 'vocabulary' | 'config'> & { readonly commitSha: string }>;
  /** Folder of a development server's model, where the server offers `baseModel`. */
  readonly developmentModelDir?: (baseModel: string, signal: AbortSignal) => Promise<string | undefined>;
}

export interface ResolvedTokenizer extends TokenizerFiles {
  /** For users: "Qwen/Qwen3-8B@b968826d9c46 (sha256 1a2b3c4d5e6f)". */
  readonly description: string;
}

/**
 * Finds the tokenizer of a training: the recipe's (a folder, `owner/name@revision`, or the name of one that
 * comes with Headrace), else the base model's, else that of a development server's model.
 *
 * @throws {HeadraceError} TokenizerError.
 */
export async function resolveTokenizer(
  sources: TokenizerSources,
  wanted: { readonly baseModel: string; readonly tokenizer?: string | undefined },
  signal: AbortSignal,
): Promise<ResolvedTokenizer> {
  const { baseModel, tokenizer } = wanted;
  if (tokenizer !== undefined && isTokenizerFolder(tokenizer))
    return resolved(await (sources.readFolder ?? readTokenizerFiles)(tokenizer), tokenizer);
  const named = tokenizer ?? baseModelOf(baseModel)?.tokenizer;
  if (named?.includes('/') === false) return resolved(await shippedTokenizer(named), named);
  if (named !== undefined) return fromHub(sources, named, signal);
  const modelDir = await sources.developmentModelDir?.(baseModel, signal);
  if (modelDir !== undefined) return resolved(await readTokenizerFiles(modelDir), baseModel);
  throw new HeadraceError('TokenizerError', `No tokenizer is known for the base model ${baseModel}`);
}

/** Whether the tokenizer of a recipe is a folder. */
export function isTokenizerFolder(tokenizer: string): boolean {
  return isAbsolute(tokenizer) || tokenizer.startsWith('.');
}

function resolved(files: TokenizerFiles, name: string): ResolvedTokenizer {
  return { ...files, description: `${name} (sha256 ${files.digest.slice(0, 12)})` };
}

async function fromHub(
  sources: TokenizerSources,
  named: string,
  signal: AbortSignal,
): Promise<ResolvedTokenizer> {
  const [id = named, revision = 'main'] = named.split('@');
  if (sources.fetchTokenizer === undefined)
    throw new HeadraceError(
      'TokenizerError',
      `The tokenizer ${named} is on the Hub, which is not available here`,
    );
  const { vocabulary, config, commitSha } = await sources.fetchTokenizer(id, revision, signal);
  const name = `${id}@${commitSha.slice(0, 12)}`;
  return resolved(tokenizerFiles(name, vocabulary, config), name);
}
