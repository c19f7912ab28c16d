import type { ArtifactStore } from '../../artifacts/store.js';

/**
 * Sorted runs of a piece, at most, before they are merged: in a bucket every range of one is a request. In a
 * folder a merge costs as much as reading and writing the lines once more, and pays from 128 MiB a piece on.
 */
const mostRuns = { folder: 8, objects: 1 } as const;

export function mostRunsIn({ medium }: Pick<ArtifactStore, 'medium'>): number {
  return mostRuns[medium.kind];
}
