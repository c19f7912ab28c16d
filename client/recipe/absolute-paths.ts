import { isAbsolute, resolve, sep } from 'node:path';
import { escapePath, isDynamicPattern } from 'tinyglobby';
import { defined } from '../../core/defined.js';
import { isBucketPattern } from '../../core/hub/bucket-pattern.js';
import type { Recipe, Source, Train } from '../../core/recipe.js';

/** A recipe whose `out` is set and whose paths are absolute. */
export type ResolvedRecipe = Recipe & { readonly out: string };

/**
 * @param cwd - the folder that relative paths start from.
 * @param outFrom - the folder that a relative `out`, and its default, starts from.
 */
export function withAbsolutePaths(recipe: Recipe, cwd: string, outFrom: string): ResolvedRecipe {
  const { name, out = `runs/${name}`, sources, train } = recipe;
  return {
    ...recipe,
    // Runs are compared by `out`: one folder must have one spelling.
    out: withSlashes(resolve(outFrom, out)),
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

/** Elsewhere than on Windows a backslash is a part of a name, or escapes in a glob. */
function withSlashes(path: string): string {
  return sep === '\\' ? path.replaceAll(sep, '/') : path;
}
