/** Names of the search attributes; used only where the namespace has them. */
export const searchAttributeNames = {
  stage: 'HeadraceStage',
  recipe: 'HeadraceRecipe',
  baseModel: 'HeadraceBaseModel',
} as const;
