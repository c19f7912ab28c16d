import { z } from 'zod';
import { defined } from '../defined.js';
import { FilterCondition, type Source } from '../recipe.js';
import { Layout } from './layout.js';
import { roles } from './roles.js';

/** How the rows of one source become conversations. It is part of the keys of what is made by it. */
export const ConversionRules = z
  .object({
    layout: Layout,
    /** Further names of roles. */
    roles: z.record(z.string(), z.enum(roles)).readonly().exactOptional(),
    filter: z.record(z.string(), FilterCondition).readonly().exactOptional(),
  })
  .readonly();
export type ConversionRules = z.infer<typeof ConversionRules>;

/** The rules of a recipe's source whose layout is known. */
export function conversionRules(source: Pick<Source, 'roles' | 'filter'>, layout: Layout): ConversionRules {
  return { layout, ...defined({ roles: source.roles, filter: source.filter }) };
}
