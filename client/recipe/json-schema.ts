import { z } from 'zod';
import { Recipe } from '../../core/recipe.js';

/** A key of the recipe, as JSON Schema with what core/recipe.ts says of it. */
export type KeySchema = z.core.JSONSchema.BaseSchema & { readonly whenAbsent?: string };

/** The recipe with all that is said of its keys, for what is made from it. */
export function describedRecipe(): KeySchema {
  return z.toJSONSchema(Recipe, { io: 'input', target: 'draft-7' });
}

/** The recipe's JSON Schema, for editors. Rules between keys are checked by `headrace` alone. */
export function recipeJsonSchema(): string {
  const schema = z.toJSONSchema(Recipe, {
    io: 'input',
    target: 'draft-7',
    // JSON Schema has no word for it, and editors show descriptions.
    override: ({ jsonSchema }) => {
      const { whenAbsent, description } = jsonSchema as KeySchema;
      if (whenAbsent !== undefined) jsonSchema.description = `${description} Without it: ${whenAbsent}.`;
      delete jsonSchema['whenAbsent'];
    },
  });
  return `${JSON.stringify({ ...schema, title: 'Headrace recipe' }, null, 2)}\n`;
}
