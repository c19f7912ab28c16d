import type { SourceFile } from '../../../core/contracts/source.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { localPathOf, type ResolutionMeta } from '../../hub/resolve/resolution.js';
import type { InputFile } from '../read/open-file.js';

/** A file of a source as threads open it. */
export function inputFile(store: ArtifactStore, origin: ResolutionMeta, file: SourceFile): InputFile {
  return {
    path: localPathOf(store, origin, file),
    name: file.path,
    sizeBytes: file.sizeBytes,
    mtimeNs: file.mtimeNs,
  };
}
