import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { MixPartMeta, type MixParts } from './mix-part.js';
import { mixPartRef, type MixPlanFile } from './mix-plan.js';

/** A part of a mix, in the order of its lines. */
export interface WrittenPart {
  readonly artifact: Artifact;
  readonly meta: MixPartMeta;
}

/**
 * The parts of a mix of which all partitions are written.
 *
 * @param ref - of kind `mix-plan`.
 * @throws {HeadraceError} ArtifactMissingError.
 */
export async function readWrittenParts(
  store: ArtifactStore,
  ref: ArtifactRef,
  { partitions }: Pick<MixPlanFile, 'partitions'>,
): Promise<readonly WrittenPart[]> {
  const refs = Array.from({ length: partitions }, (_, partition) => mixPartRef(ref.key, partition));
  return await Promise.all(
    refs.map(async (part) => {
      const artifact = await store.get(part);
      return { artifact, meta: MixPartMeta.parse(artifact.meta) };
    }),
  );
}

/** The parts as a `mix` lists them. */
export function listParts(parts: readonly WrittenPart[]): MixParts {
  return parts.map(({ artifact, meta }) => ({ key: artifact.ref.key, sides: meta.sides }));
}
