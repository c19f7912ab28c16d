import type { ArtifactStore } from '../../artifacts/store.js';
import type { RunLines } from '../plan/line-ranges.js';
import type { ArtifactFile } from './pieces-of.js';

/**
 * Brings lines of sorted runs to the byte, past the cache: no one reads them twice, and each has its CRC-32.
 *
 * @param runs - the lines of all sorted runs, in the order in which entries number them.
 * @param use - gets a path for each run; of one without wanted lines it is empty.
 */
export async function bringRunLines<Result>(
  store: ArtifactStore,
  runs: readonly ArtifactFile[],
  lines: readonly RunLines[],
  use: (linesPaths: readonly string[]) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const wanted = lines.flatMap(({ run, ranges }) => {
    const file = runs[run];
    return file === undefined ? [] : [{ ...file, ranges, isReadOnce: true }];
  });
  const found = async (paths: readonly string[]): Promise<Result> => {
    const linesPaths = runs.map(() => '');
    for (const [at, { run }] of lines.entries()) linesPaths[run] = paths[at] ?? '';
    return await use(linesPaths);
  };
  return await store.bring(wanted, found, signal);
}
