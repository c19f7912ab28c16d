import { join } from 'node:path';
import type { SourceFile } from '../../../core/contracts/source.js';
import { bytesOf } from '../../../core/hub/ranges.js';
import { hubFolder, oidOf } from '../resolve/resolution.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { isBlobThere } from './download-blob.js';
import { durableRanges } from './part-file.js';

/** How much of a Hub file is on this disk. */
export interface FileOnDisk {
  readonly file: SourceFile;
  readonly path: string;
  readonly haveBytes: number;
  /** Complete and checked. */
  readonly isWhole: boolean;
}

/** What of these files is on disk already, complete or begun. */
export async function filesOnDisk(
  store: ArtifactStore,
  dataset: string,
  files: readonly SourceFile[],
): Promise<FileOnDisk[]> {
  const found: FileOnDisk[] = [];
  for (const file of files) {
    const path = join(hubFolder(store, dataset), 'blobs', oidOf(file));
    const isThere = await isBlobThere(path, file.sizeBytes);
    // A part whose every byte is durable still has to be checked, so it is not whole.
    const begun = isThere ? 0 : bytesOf(await durableRanges(path, file.sizeBytes));
    found.push({ file, path, isWhole: isThere, haveBytes: isThere ? file.sizeBytes : begun });
  }
  return found;
}
