import { checkRoom } from '../../files/room.js';
import type { ArtifactStore } from './store.js';

/**
 * Checks that the store can hold `neededBytes` more. A bucket has no limit that can be read.
 *
 * @param what - what needs them, for the message.
 * @throws {HeadraceError} DiskFullError.
 */
export async function checkStoreRoom(
  { medium }: Pick<ArtifactStore, 'medium'>,
  what: string,
  neededBytes: number,
): Promise<void> {
  if (medium.kind === 'folder') await checkRoom(medium.root, what, neededBytes);
}
