import { z } from 'zod';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { Recipe } from '../../core/recipe.js';
import type { Source } from '../../core/recipe.js';
import type { Cap, ChangeCapsInput, ReplaceSourceInput } from '../../core/run/changes.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { memoOf } from './start-run.js';

/** The recipe of a run under way, and what else its start was asked. */
export interface RunRecipe {
  readonly recipe: ResolvedRecipe;
  readonly rowsPerSource?: number | undefined;
}

/** What of a parked source may be said anew; what is absent stays. */
export interface SourceChange {
  readonly dataset?: string | undefined;
  readonly revision?: string | undefined;
  readonly config?: string | undefined;
  readonly split?: string | undefined;
  readonly dataFiles?: readonly string[] | undefined;
  readonly files?: readonly string[] | undefined;
  readonly format?: string | undefined;
  readonly maxRejectFraction?: number | undefined;
}

/** @throws {HeadraceError} UsageError, RecipeError: the update that replaces a source is not sent then. */
export function replacement(run: RunRecipe, name: string, change: SourceChange): ReplaceSourceInput {
  const { files, dataFiles, maxRejectFraction, ...same } = change;
  const said = Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined));
  const replaced = {
    ...said,
    ...defined({ data_files: dataFiles, files, max_reject_fraction: maxRejectFraction }),
  };
  if (Object.keys(replaced).length === 0)
    throw new HeadraceError(
      'UsageError',
      'Say what of the source is to be another: --dataset, --revision, …',
    );
  const { recipe } = amended(run, name, (source) => ({ ...withoutOrigin(source, replaced), ...replaced }));
  return { source: sourceOf(recipe, name), memo: memoOf(recipe, run.rowsPerSource) };
}

/** Another kind of origin leaves nothing of the old one: files have no revision. */
function withoutOrigin(source: Source, change: object): Partial<Source> {
  const { files, dataset, revision, config, split, data_files, ...rest } = source;
  if ('files' in change) return rest;
  const hub = { dataset, revision, config, split, data_files };
  const kept = Object.entries(hub).filter(([, value]) => value !== undefined);
  return 'dataset' in change || files === undefined ? { ...rest, ...Object.fromEntries(kept) } : source;
}

/**
 * Caps from words such as `lmsys=500` (rows), `magpie=20%` (share) and `toefl=all`.
 *
 * @throws {HeadraceError} UsageError, RecipeError.
 */
export function capChange(run: RunRecipe, words: readonly string[], note: string): ChangeCapsInput {
  const caps = Object.fromEntries(words.map(capOf));
  for (const name of Object.keys(caps)) sourceOf(run.recipe, name);
  const recipe = parsed({
    ...run.recipe,
    sources: run.recipe.sources.map((source) => {
      const cap = caps[source.name];
      if (cap === undefined) return source;
      const { rows: _rows, share: _share, ...uncapped } = source;
      return { ...uncapped, ...cap };
    }),
  });
  return { caps, note, memo: memoOf(recipe, run.rowsPerSource) };
}

function capOf(word: string): [string, Cap] {
  const [, name = '', amount = ''] = /^([^=]+)=(.+)$/.exec(word) ?? [];
  if (amount === 'all') return [name, {}];
  if (/^\d+$/.test(amount)) return [name, { rows: Number(amount) }];
  const [, percent] = /^(\d+(?:\.\d{1,4})?)%$/.exec(amount) ?? [];
  if (percent !== undefined) return [name, { share: Math.round(Number(percent) * 1e4) / 1e6 }];
  throw new HeadraceError('UsageError', `"${word}" is no cap`, {
    remedy: 'Write NAME=500 for rows, NAME=20% for a share, NAME=all for everything.',
  });
}

function amended(
  run: RunRecipe,
  name: string,
  change: (source: Source) => object,
): { recipe: ResolvedRecipe } {
  sourceOf(run.recipe, name);
  const sources = run.recipe.sources.map((source) => (source.name === name ? change(source) : source));
  return { recipe: parsed({ ...run.recipe, sources }) };
}

/** @throws {HeadraceError} RecipeError. */
function parsed(recipe: unknown): ResolvedRecipe {
  const result = Recipe.safeParse(recipe);
  if (!result.success) throw new HeadraceError('RecipeError', z.prettifyError(result.error));
  const { out } = result.data;
  if (out === undefined) throw new Error('The recipe of a run has lost its `out`');
  return { ...result.data, out };
}

/** @throws {HeadraceError} UsageError with the names there are. */
function sourceOf(recipe: ResolvedRecipe, name: string): Source {
  const source = recipe.sources.find((other) => other.name === name);
  if (source !== undefined) return source;
  const names = recipe.sources.map((other) => other.name).join(', ');
  throw new HeadraceError('UsageError', `The recipe has no source "${name}"; it has ${names}`);
}
