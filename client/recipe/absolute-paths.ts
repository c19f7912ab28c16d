import { isAbsolute, resolve } from 'node:path';
import { escapePath, isDynamicPattern } from 'tinyglobby';
import { defined } from '../../core/defined.js';
import { isBucketPattern } from '../../core/hub/bucket-pattern.js';
import type { Recipe, Source, Train } from '../../core/recipe.js';
import { resultPlaces, withSlashes, type ResultPlaces } from './result-places.js';

/** A recipe whose `out` is set and whose paths are absolute. */
export type ResolvedRecipe = Recipe & ResultPlaces;

/** The places that a recipe's paths start from. */
export interface PathOptions {
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** The folder that a relative `out`, and its default, starts from. */
  readonly outFrom: string;
  /** Place of the store. */
  readonly store: string;
}

/** @throws {HeadraceError} RecipeError where `out` is in another bucket than the store. */
export function withAbsolutePaths(recipe: Recipe, { cwd, outFrom, store }: PathOptions): ResolvedRecipe {
  const { sources, train } = recipe;
  return {
    ...recipe,
    ...resultPlaces(recipe, outFrom, store),
    sources: sources.map((source) => withAbsoluteFiles(source, cwd)),
    ...defined({ train: train === undefined ? undefined : withAbsoluteTokenizer(train, cwd) }),
  };
}

/** Only what the recipe says is a pattern: of a relative glob, the name of the folder `cwd` is escaped. */
function withAbsoluteFiles(source: Source, cwd: string): Source {
  const { files } = source;
  if (files === undefined) return source;
  const absolute = (path: string): string => {
    if (isAbsolute(path) || isBucketPattern(path)) return path;
    return withSlashes(resolve(isDynamicPattern(path) ? escapePath(cwd) : cwd, path));
  };
  return { ...source, files: Array.isArray(files) ? files.map(absolute) : absolute(files) };
}

/** A tokenizer that starts with "." or "/" is a folder; any other is the id of a model on the Hub. */
function withAbsoluteTokenizer(train: Train, cwd: string): Train {
  const { tokenizer } = train;
  return tokenizer !== undefined && /^[./]/.test(tokenizer)
    ? { ...train, tokenizer: resolve(cwd, tokenizer) }
    : train;
}
