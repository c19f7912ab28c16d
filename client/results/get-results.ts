import { openStore, storePlace } from '../../activities/artifacts/open-store.js';
import { openOutputs } from '../../activities/outputs/outputs.js';
import { interruptible } from '../process/interrupt.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { ResultPlaces } from '../recipe/result-places.js';
import { openScreen } from '../text/screen.js';
import { bringResults, type Brought } from './bring-results.js';
import { partSizes } from './part-sizes.js';

/**
 * Brings the results of a run from the store of the environment, and shows the progress.
 *
 * @param places - where they are, in the store, and the folder that they are brought to.
 * @param mixOf - finds the `mix` artifact of the run; called for results above 64 GB only.
 * @returns `undefined` where it was interrupted: the next time it continues.
 * @throws {HeadraceError} as {@link bringResults}; RecipeError where they are in another store.
 */
export async function getResults(
  { out, folder }: Required<ResultPlaces>,
  mixOf: () => Promise<ArtifactRef>,
): Promise<Brought | undefined> {
  const store = await openStore(storePlace());
  const outputs = openOutputs(store, out);
  if (outputs.kind === 'folder') throw new Error(`${out} is a folder`);
  const partsOf = async (file: string): Promise<readonly number[]> =>
    await partSizes(store, await mixOf(), file);
  const screen = openScreen();
  return await interruptible(async (signal) => {
    try {
      return await bringResults(outputs, {
        folder,
        partsOf,
        onProgress: (progress) =>
          screen.show([
            { id: progress.label, type: 'download', attempt: 1, progress, lastFailure: undefined },
          ]),
        signal,
      });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      screen.stop();
    }
  });
}
