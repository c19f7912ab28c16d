import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import type { PlannedRun } from '../format/mix-plan.js';

/** A file of an artifact. */
export interface ArtifactFile {
  readonly artifact: Artifact;
  readonly file: string;
}

/**
 * Finds the pieces of sorted runs.
 *
 * @returns a file of the piece of a run, by the number of the run.
 * @throws {HeadraceError} ArtifactMissingError.
 */
export async function piecesOf(
  store: ArtifactStore,
  runs: readonly Pick<PlannedRun, 'piece'>[],
): Promise<(run: number, file: string) => ArtifactFile> {
  const keys = [...new Set(runs.map(({ piece }) => piece))];
  const found = await Promise.all(keys.map(async (key) => await store.get({ kind: 'piece', key })));
  const byKey = new Map(found.map((artifact) => [artifact.ref.key, artifact]));
  return (run, file) => {
    const artifact = byKey.get(runs[run]?.piece ?? '');
    if (artifact === undefined) throw new Error(`The mix plan has no sorted run ${run}`);
    return { artifact, file };
  };
}
