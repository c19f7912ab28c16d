import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { wantedFile, type ResolutionMeta } from '../../activities/hub/resolve/resolution.js';
import type { SourceFile } from '../../core/contracts/source.js';

/** The path of a source's file on this disk. The store is in a folder. */
export async function sourcePath(
  store: ArtifactStore,
  meta: ResolutionMeta,
  file: SourceFile,
): Promise<string> {
  return await store.bring([wantedFile(meta, file)], ([path = '']) => Promise.resolve(path));
}
