import { openStore, storePlace } from '../../activities/artifacts/open-store.js';
import { isBucketPlace } from '../../activities/artifacts/s3/place.js';
import { FolderOutputs } from '../../activities/outputs/folder-outputs.js';
import { openOutputs, type Outputs } from '../../activities/outputs/outputs.js';

/**
 * The results of a run in `out`. A store is opened only where they are in it.
 *
 * @throws {HeadraceError} RecipeError where they are in another store; as {@link openStore}.
 */
export async function outputsOf(out: string): Promise<Outputs> {
  return isBucketPlace(out) ? openOutputs(await openStore(storePlace()), out) : new FolderOutputs(out);
}
