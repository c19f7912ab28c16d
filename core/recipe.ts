/**
 * The recipe: what a run makes. One zod schema validates it, types it and makes the JSON Schema for editors.
 *
 * Keys are written as users write them, in snake case, so that errors and docs use the same names. Each key
 * is described once, in its metadata: editors, docs/recipe.md and `headrace schema` take it from there.
 * `whenAbsent` is the description of the default where a key is optional and has no fixed one.
 *
 * Workflow code may import types from here, never values: zod would enter the workflow bundle.
 */
export {
  exampleForms,
  rendererNames,
  sourceFormats,
  trainOnModes,
  type ExampleForm,
  type RendererName,
  type SourceFormat,
  type TrainOn,
} from './recipe/choices.js';
export { FilterCondition } from './recipe/filter.js';
export { Source } from './recipe/source.js';
export { Train } from './recipe/train.js';
export { Recipe } from './recipe/whole.js';
