import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { broughtLine } from '../text/brought.js';
import { say } from '../text/output.js';
import { getResults } from './get-results.js';

/**
 * Brings the results of a run that has ended into the folder of its recipe, where the store is in a bucket.
 * Else they are in it already.
 *
 * @param mixOf - as {@link getResults} has it.
 * @param again - the command that brings what is not brought here.
 * @throws {HeadraceError} as {@link getResults}.
 */
export async function bringHome(
  { name, out, folder }: ResolvedRecipe,
  mixOf: () => Promise<ArtifactRef>,
  again: string,
): Promise<ExitCode> {
  if (folder === undefined) return exitCodes.done;
  try {
    const brought = await getResults({ out, folder }, mixOf);
    if (brought !== undefined) say(broughtLine(brought));
    else say(`Interrupted. All results are in ${out}; bring the rest with: ${again}`);
    return brought === undefined ? exitCodes.interrupted : exitCodes.done;
  } catch (error) {
    say(`${name} is done. Its results in ${out} could not be brought here; try again with: ${again}`);
    throw error;
  }
}
