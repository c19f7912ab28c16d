import { openStore, storePlace } from '../../activities/artifacts/open-store.js';
import { isBucketPlace } from '../../activities/artifacts/s3/place.js';
import { FolderOutputs } from '../../activities/outputs/folder-outputs.js';
import { openOutputs, type Outputs } from '../../activities/outputs/outputs.js';
import type { Env } from '../../core/env.js';

/**
 * The results of a run in `out`. A store is opened only where they are in it.
 *
 * @param env - names the store.
 * @throws {HeadraceError} RecipeError where they are in another store; as {@link openStore}.
 */
export async function outputsOf(out: string, env: Env = process.env): Promise<Outputs> {
  if (!isBucketPlace(out)) return new FolderOutputs(out);
  return openOutputs(await openStore(storePlace(env), { env }), out);
}
