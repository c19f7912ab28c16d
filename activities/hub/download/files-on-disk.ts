import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SourceFile } from '../../../core/contracts/source.js';
import { bytesOf } from '../../../core/hub/ranges.js';
import { ignoreMissing } from '../../../files/errno.js';
import { namesIn } from '../../../files/names-in.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import type { RepositoryCommit } from '../http/repository.js';
import { blobFolder, blobPath } from './blob-paths.js';
import { durableRanges } from './durable-ranges.js';

/** How much of a Hub file is on this disk. */
export interface FileOnDisk {
  readonly file: SourceFile;
  readonly path: string;
  readonly haveBytes: number;
  /** Complete and verified. */
  readonly isWhole: boolean;
}

/** How much of each file is on this disk, complete or begun. */
export async function filesOnDisk(
  store: ArtifactStore,
  commit: RepositoryCommit,
  files: readonly SourceFile[],
): Promise<FileOnDisk[]> {
  // One look at the folder, instead of two for each of 50,000 files that are not there.
  const begunOrWhole = new Set(
    (await namesIn(blobFolder(store, commit))).map((name) => name.replace(/\..*$/, '')),
  );
  const found: FileOnDisk[] = [];
  for (const file of files) {
    const path = blobPath(store, commit, file);
    if (!begunOrWhole.has(basename(path))) {
      found.push({ file, path, isWhole: false, haveBytes: 0 });
      continue;
    }
    const isWhole = await isBlobThere(path, file.sizeBytes);
    // A part whose every byte is durable is not verified yet, so it is not whole.
    const begun = isWhole ? 0 : bytesOf(await durableRanges(path, file.sizeBytes));
    found.push({ file, path, isWhole, haveBytes: isWhole ? file.sizeBytes : begun });
  }
  return found;
}

/** Whether the file is there, complete: a blob gets its name only after its hash was checked. */
export async function isBlobThere(path: string, sizeBytes: number): Promise<boolean> {
  return (await stat(path).catch(ignoreMissing))?.size === sizeBytes;
}
