import { openStore, storePlace } from '../../activities/artifacts/open-store.js';
import { openOutputs } from '../../activities/outputs/outputs.js';
import { interruptible } from '../process/interrupt.js';
import { mixOf } from '../runs/mix-of.js';
import type { TemporalClient } from '../temporal/connect.js';
import { openScreen } from '../text/screen.js';
import { bringResults, type Brought } from './bring-results.js';

/**
 * Brings the results of a run from the store of the environment, and shows the progress.
 *
 * @param out - where they are, in the store.
 * @param folder - where they are brought to, an absolute path.
 * @returns `undefined` where it was interrupted: the next time it continues.
 * @throws {HeadraceError} as {@link bringResults}; RecipeError where they are in another store.
 */
export async function getResults(
  temporal: TemporalClient,
  name: string,
  { out, folder }: { readonly out: string; readonly folder: string },
): Promise<Brought | undefined> {
  const store = await openStore(storePlace());
  const outputs = openOutputs(store, out);
  if (outputs.kind === 'folder') throw new Error(`${out} is a folder`);
  // Loaded here, as only the largest results need it.
  const partsOf = async (file: string): Promise<readonly number[]> => {
    const { partSizes } = await import('./part-sizes.js');
    return await partSizes(store, await mixOf(temporal, name), file);
  };
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
