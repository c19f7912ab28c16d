import { z } from 'zod';
import { Recipe } from '../../core/recipe.js';

/** A key of the recipe as JSON Schema, with the metadata of core/recipe.ts. */
export type KeySchema = z.core.JSONSchema.BaseSchema & {
  /** The behaviour without the key, for optional keys without a default. */
  readonly whenAbsent?: string;
};

/** The recipe's JSON Schema, for editors. `headrace` alone checks the rules between keys. */
export function recipeJsonSchema(): string {
  const schema = z.toJSONSchema(Recipe, {
    io: 'input',
    target: 'draft-7',
    // JSON Schema has no keyword for it, while editors show descriptions.
    override: ({ jsonSchema }) => {
      const { whenAbsent, description } = jsonSchema as KeySchema;
      if (whenAbsent !== undefined) jsonSchema.description = `${description} Without it: ${whenAbsent}.`;
      delete jsonSchema['whenAbsent'];
    },
  });
  return `${JSON.stringify({ ...schema, title: 'Headrace recipe' }, null, 2)}\n`;
}
