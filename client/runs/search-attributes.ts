import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { searchAttributeNames } from '../../core/run/search-attributes.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import type { TemporalClient } from '../temporal/connect.js';

/** True where the namespace has all search attributes of Headrace. */
export async function hasSearchAttributes({ connection, target }: TemporalClient): Promise<boolean> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: target.namespace,
    });
    return Object.values(searchAttributeNames).every((name) => name in (customAttributes ?? {}));
  } catch {
    // A cluster may deny the operator service to clients; a run works without search attributes.
    return false;
  }
}

/** The search attributes that a run starts with. */
export function searchAttributesOf(recipe: ResolvedRecipe): TypedSearchAttributes {
  const attributes = [
    { key: defineSearchAttributeKey(searchAttributeNames.stage, 'KEYWORD'), value: 'resolve' },
    { key: defineSearchAttributeKey(searchAttributeNames.recipe, 'KEYWORD'), value: recipe.name },
  ];
  if (recipe.train !== undefined)
    attributes.push({
      key: defineSearchAttributeKey(searchAttributeNames.baseModel, 'KEYWORD'),
      value: recipe.train.base_model,
    });
  return new TypedSearchAttributes(attributes);
}
