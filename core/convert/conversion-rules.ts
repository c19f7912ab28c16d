import { z } from 'zod';
import { defined } from '../defined.js';
import type { Source } from '../recipe.js';
import { reasoningForms } from '../recipe/choices.js';
import { FilterCondition } from '../recipe/filter.js';
import { HeadraceError } from '../errors.js';
import { Layout, neededNames, optionalFields } from './layout.js';
import { rowRoles } from './conversation/roles.js';

/** How the rows of one source become conversations. It is part of the keys of what is made by it. */
export const ConversionRules = z
  .object({
    layout: Layout,
    /** Further names of roles. */
    roles: z.record(z.string(), z.enum(rowRoles)).readonly().exactOptional(),
    filter: z.record(z.string(), FilterCondition).readonly().exactOptional(),
    /** Columns and keys of messages that are treated as absent. */
    ignore: z.array(z.string()).readonly().exactOptional(),
    /** Where reasoning goes. @default 'field' */
    reasoning: z.enum(reasoningForms).exactOptional(),
  })
  .readonly();
export type ConversionRules = z.infer<typeof ConversionRules>;

/**
 * The rules of a recipe's source whose layout is known.
 *
 * @throws {HeadraceError} RecipeError where `ignore` has a name that the layout reads by `fields`, or needs.
 */
export function conversionRules(
  source: Pick<Source, 'roles' | 'filter' | 'ignore' | 'reasoning'>,
  layout: Layout,
): ConversionRules {
  const { roles, filter, ignore, reasoning } = source;
  checkIgnored(ignore ?? [], layout);
  return { layout, ...defined({ roles, filter, ignore, reasoning }) };
}

function checkIgnored(ignore: readonly string[], layout: Layout): void {
  const { columns, keys } = neededNames(layout);
  const named = optionalFields.flatMap((field) => layout.columns[field] ?? []);
  const problem = ignore.find((name) => [...columns, ...keys, ...named].includes(name));
  if (problem === undefined) return;
  const reader = named.includes(problem) ? '`fields` reads it' : `the format ${layout.format} needs it`;
  throw new HeadraceError('RecipeError', `ignore: \`${problem}\` cannot be ignored, because ${reader}`, {
    remedy: 'Take it out of `ignore`, or name another column in `fields`.',
  });
}
