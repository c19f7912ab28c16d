import { isAbsolute } from 'node:path';
import { HeadraceError } from '../../../core/errors.js';
import type { ArtifactStore } from '../../artifacts/store.js';

/**
 * Checks that every worker of the store has the tokenizer of a recipe: a folder is on one machine, and the
 * same path on another one may hold something else.
 *
 * @throws {HeadraceError} TokenizerError.
 */
export function requireSharedTokenizer(
  { medium, place }: Pick<ArtifactStore, 'medium' | 'place'>,
  tokenizer: string | undefined,
): void {
  if (medium.kind === 'folder' || tokenizer === undefined || !isAbsolute(tokenizer)) return;
  throw new HeadraceError(
    'TokenizerError',
    `train.tokenizer is the folder ${tokenizer} of one machine, which the workers of ${place} do not share`,
    { remedy: 'Name a tokenizer of the Hub, owner/name@revision, or leave the key out.' },
  );
}
