import { manifestKey } from '../../activities/artifacts/s3/layout.js';
import { ArtifactManifest } from '../../activities/artifacts/s3/manifests.js';
import type { Objects } from '../../activities/artifacts/s3/objects.js';
import { readManifest } from '../../activities/artifacts/s3/read-manifest.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { HeadraceError } from '../../core/errors.js';

/**
 * Those of the writers of an artifact whose files its manifest does not name; all where it has none. None
 * where the manifest cannot be read: that is damage, which `cache verify` finds.
 */
export async function writersWithoutManifest(
  objects: Objects,
  ref: ArtifactRef,
  writers: readonly string[],
): Promise<readonly string[]> {
  try {
    const named = (await readManifest(objects, manifestKey(ref), ArtifactManifest))?.writer;
    return writers.filter((writer) => writer !== named);
  } catch (error) {
    if (error instanceof HeadraceError && error.type === 'ArtifactCorruptError') return [];
    throw error;
  }
}
