import type { ServerDescription } from '../../../activities/train/server/tinker-access.js';
import { HeadraceError } from '../../../core/errors.js';

/**
 * The smallest model that the server trains, by the size in its name: "Qwen3-30B-A3B" counts as 30. A name
 * without a size comes last.
 *
 * @throws {HeadraceError} BaseModelError, where the server lists none.
 */
export function smallestModel({ models, description }: ServerDescription): string {
  const sizeOf = (model: string): number =>
    Number(/(?:^|[^A-Za-z0-9])(\d+(?:\.\d+)?)B\b/i.exec(model)?.[1] ?? Infinity);
  const [smallest] = models
    .filter(({ trainable }) => trainable)
    .map((model) => model.name)
    .sort((a, b) => sizeOf(a) - sizeOf(b) || (a < b ? -1 : 1));
  if (smallest !== undefined) return smallest;
  throw new HeadraceError('BaseModelError', `${description} lists no model that it trains; name one`);
}
