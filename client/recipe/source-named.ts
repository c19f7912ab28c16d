import { HeadraceError } from '../../core/errors.js';
import type { Recipe, Source } from '../../core/recipe.js';

/** The source of that name. @throws {HeadraceError} UsageError that lists the sources of the recipe. */
export function sourceNamed({ sources }: Recipe, name: string): Source {
  const source = sources.find((each) => each.name === name);
  if (source !== undefined) return source;
  const names = sources.map((each) => each.name).join(', ');
  throw new HeadraceError('UsageError', `The recipe has no source "${name}"; it has ${names}`);
}
