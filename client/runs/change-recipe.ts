import { z } from 'zod';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { Recipe } from '../../core/recipe.js';
import type { Source } from '../../core/recipe.js';
import type { Budget } from '../../core/cost/budget.js';
import type { Cap, ChangeBudgetInput, ChangeCapsInput, ReplaceSourceInput } from '../../core/run/changes.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { sourceNamed } from '../recipe/source-named.js';
import { memoOf, withoutFolder } from './run-memo.js';
import type { RunRecipe } from './run-memo.js';

/** New values for keys of a source; a key that is absent keeps its value. */
export interface SourceChange {
  readonly dataset?: string | undefined;
  readonly revision?: string | undefined;
  readonly config?: string | undefined;
  readonly split?: string | undefined;
  readonly dataFiles?: readonly string[] | undefined;
  /** Absolute paths or globs. */
  readonly files?: readonly string[] | undefined;
  readonly format?: string | undefined;
  readonly maxRejectFraction?: number | undefined;
}

/**
 * The input of the update `replaceSource`: the source `name` with another definition.
 *
 * @throws {HeadraceError} UsageError where nothing is changed or there is no such source; RecipeError where
 *   the changed recipe is not valid.
 */
export function replacement(run: RunRecipe, name: string, change: SourceChange): ReplaceSourceInput {
  const { files, dataFiles, maxRejectFraction, ...sameKeys } = change;
  const changed = defined({
    ...sameKeys,
    files,
    data_files: dataFiles,
    max_reject_fraction: maxRejectFraction,
  });
  if (Object.keys(changed).length === 0)
    throw new HeadraceError('UsageError', 'The source is not changed: give --dataset, --revision, …');
  const source = sourceNamed(run.recipe, name);
  const recipe = withSources(run.recipe, (each) =>
    each === source ? { ...withoutOrigin(source, changed), ...changed } : each,
  );
  return { source: sourceNamed(recipe, name), memo: memoOf(recipe, run.rowsPerSource) };
}

/**
 * A source that moves between the Hub and local files keeps no key of its old origin: files have no revision.
 */
function withoutOrigin(source: Source, changed: object): Partial<Source> {
  const { files, dataset, revision, config, split, data_files, ...rest } = source;
  if ('files' in changed) return rest;
  const movesToHub = 'dataset' in changed || files === undefined;
  return movesToHub ? { ...rest, ...defined({ dataset, revision, config, split, data_files }) } : source;
}

/**
 * The input of the update `changeCaps`, from texts such as `lmsys=500` (rows), `magpie=20%` (share) and
 * `toefl=all`.
 *
 * @throws {HeadraceError} UsageError where a text is no cap or names no source; RecipeError where the changed
 *   recipe is not valid.
 */
export function capChange(run: RunRecipe, texts: readonly string[], note: string): ChangeCapsInput {
  const caps = Object.fromEntries(texts.map(parseCap));
  for (const name of Object.keys(caps)) sourceNamed(run.recipe, name);
  const recipe = withSources(run.recipe, (source) => {
    const cap = caps[source.name];
    if (cap === undefined) return source;
    const { rows: _rows, share: _share, ...uncapped } = source;
    return { ...uncapped, ...cap };
  });
  return { caps, note, memo: memoOf(recipe, run.rowsPerSource) };
}

function parseCap(text: string): [string, Cap] {
  const [, name = '', amount = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (amount === 'all') return [name, {}];
  if (/^\d+$/.test(amount)) return [name, { rows: Number(amount) }];
  const [, percent] = /^(\d+(?:\.\d{1,4})?)%$/.exec(amount) ?? [];
  // A share has at most six decimals.
  if (percent !== undefined) return [name, { share: Math.round(Number(percent) * 1e4) / 1e6 }];
  throw new HeadraceError('UsageError', `"${text}" is not a cap`, {
    remedy: 'Write NAME=500 for rows, NAME=20% for a share, NAME=all for everything.',
  });
}

/**
 * The input of the update `changeBudget`, from texts such as `tokens=2000000`, `usd=12.50` and `usd=none`. A
 * limit that is not given stays.
 *
 * @throws {HeadraceError} UsageError where a text is no limit or the recipe has no training; RecipeError
 *   where the changed recipe is not valid.
 */
export function budgetChange(run: RunRecipe, texts: readonly string[], note: string): ChangeBudgetInput {
  const { train } = run.recipe;
  if (train === undefined) throw new HeadraceError('UsageError', 'The recipe has no training to limit');
  const { budget: before = {}, ...unlimited } = train;
  const limits = Object.assign({}, before, ...texts.map(parseLimit)) as Budget;
  const budget: Budget = defined({ tokens: limits.tokens, usd: limits.usd });
  const isNone = Object.keys(budget).length === 0;
  const recipe = validated(run.recipe, { train: isNone ? unlimited : { ...unlimited, budget } });
  return { budget: isNone ? null : budget, note, memo: memoOf(recipe, run.rowsPerSource) };
}

function parseLimit(text: string): Budget {
  const [, key, amount = ''] = /^(tokens|usd)=(.+)$/.exec(text) ?? [];
  if (amount === 'none') return key === 'tokens' ? { tokens: undefined } : { usd: undefined };
  if (key === 'tokens' && /^[\d,_]+$/.test(amount)) return { tokens: Number(amount.replaceAll(/[,_]/g, '')) };
  if (key === 'usd' && /^\$?\d+(\.\d+)?$/.test(amount)) return { usd: Number(amount.replace('$', '')) };
  throw new HeadraceError('UsageError', `"${text}" is not a limit of a budget`, {
    remedy: 'Write tokens=2000000 or usd=12.50, or tokens=none or usd=none for no limit.',
  });
}

function withSources(recipe: ResolvedRecipe, change: (source: Source) => object): ResolvedRecipe {
  return validated(recipe, { sources: recipe.sources.map(change) });
}

/** The recipe with changed keys, validated again. @throws {HeadraceError} RecipeError. */
function validated(recipe: ResolvedRecipe, changed: object): ResolvedRecipe {
  const { run, folder } = withoutFolder(recipe);
  const result = Recipe.safeParse({ ...run, ...changed });
  if (!result.success) throw new HeadraceError('RecipeError', z.prettifyError(result.error));
  return { ...result.data, out: run.out, ...defined({ folder }) };
}
