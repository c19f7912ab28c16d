import type { SourceFile } from '../../../core/contracts/source.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { localPathOf, type ResolutionMeta } from '../../hub/resolve/resolution.js';
import type { InputFile } from '../read/open-file.js';

/** The files of a source as threads open them. */
export function inputFiles(
  store: ArtifactStore,
  origin: ResolutionMeta,
  files: readonly SourceFile[],
): readonly InputFile[] {
  return files.map((file) => ({
    path: localPathOf(store, origin, file),
    name: file.path,
    sizeBytes: file.sizeBytes,
    mtimeNs: file.mtimeNs,
  }));
}
