import { closest, distance } from 'fastest-levenshtein';
import { Recipe, Source, Train } from '../../core/recipe.js';

/** `; did you mean "epochs"?`, or all keys that the recipe takes at `parent`. */
export function nearestKeyText(key: string, parent: readonly PropertyKey[]): string {
  const known = keysAt(parent);
  const nearest = closest(key, known);
  const isNear = nearest !== '' && distance(key, nearest) <= Math.max(2, Math.floor(key.length / 3));
  return isNear ? `; did you mean "${nearest}"?` : `; known keys here: ${known.join(', ')}`;
}

/** The keys that the recipe takes at `path`. */
function keysAt(path: readonly PropertyKey[]): string[] {
  const [first, second] = path;
  if (first === undefined) return Object.keys(Recipe.shape);
  if (first === 'sources') return Object.keys(Source.shape);
  if (first === 'train' && second === undefined) return Object.keys(Train.shape);
  const section: unknown =
    first === 'train'
      ? Train.shape[second as keyof typeof Train.shape]
      : Recipe.shape[first as keyof typeof Recipe.shape];
  return shapeKeys(section);
}

/** The keys of a zod object, also of one inside `default`, `optional` and the like. */
function shapeKeys(schema: unknown): string[] {
  let inner = schema;
  while (typeof inner === 'object' && inner !== null) {
    if ('shape' in inner && typeof inner.shape === 'object' && inner.shape !== null)
      return Object.keys(inner.shape);
    inner = 'unwrap' in inner && typeof inner.unwrap === 'function' ? (inner.unwrap() as unknown) : undefined;
  }
  return [];
}
