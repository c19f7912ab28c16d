import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SourceFile } from '../../../core/contracts/source.js';
import { bytesOf } from '../../../core/hub/ranges.js';
import { ignoreMissing } from '../../../files/errno.js';
import { namesIn } from '../../../files/names-in.js';
import { blobFolder, blobPath } from '../../artifacts/blob-folders.js';
import type { RepositoryCommit } from '../http/repository.js';
import { durableRanges } from './durable-ranges.js';
import { hubBlob } from './hub-blob.js';
import type { HeldFile } from './hub-blobs.js';

/**
 * How much of each file is on this disk, complete or begun.
 *
 * @param root - of the store.
 */
export async function filesOnDisk(
  root: string,
  commit: RepositoryCommit,
  files: readonly SourceFile[],
): Promise<HeldFile[]> {
  // One look at the folder, instead of two for each of 50,000 files that are not there.
  const begunOrWhole = new Set(
    (await namesIn(blobFolder(root, commit))).map((name) => name.replace(/\..*$/, '')),
  );
  const found: HeldFile[] = [];
  for (const file of files) {
    const path = blobPath(root, hubBlob(commit, file));
    if (!begunOrWhole.has(basename(path))) {
      found.push({ file, isWhole: false, haveBytes: 0 });
      continue;
    }
    const isWhole = await isBlobThere(path, file.sizeBytes);
    // A part whose every byte is durable is not verified yet, so it is not whole.
    const begun = isWhole ? 0 : bytesOf(await durableRanges(path, file.sizeBytes));
    found.push({ file, isWhole, haveBytes: isWhole ? file.sizeBytes : begun });
  }
  return found;
}

/** Whether the file is there, complete: a blob gets its name only after its hash was checked. */
export async function isBlobThere(path: string, sizeBytes: number): Promise<boolean> {
  return (await stat(path).catch(ignoreMissing))?.size === sizeBytes;
}
