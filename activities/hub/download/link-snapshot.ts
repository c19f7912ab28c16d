import { randomUUID } from 'node:crypto';
import { mkdir, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { HeadraceError } from '../../../core/errors.js';
import { hasCode, isMissing } from '../../../files/errno.js';
import { repositoryFolder } from '../../artifacts/blob-folders.js';
import type { CommitFile, RepositoryCommit } from '../http/repository.js';

/** `<repository>/snapshots/<commit>`: the files of a commit under their own names, as links. */
function snapshotFolder(root: string, commit: RepositoryCommit): string {
  return join(repositoryFolder(root, commit), 'snapshots', commit.commitSha);
}

/**
 * Links a file of a commit to its blob, for readers that need file names.
 *
 * @throws {HeadraceError} ArtifactCorruptError where a folder on the way is a link that leads out of the
 * snapshot.
 */
export async function linkSnapshot(root: string, { commit, file }: CommitFile, blob: string): Promise<void> {
  const link = join(snapshotFolder(root, commit), ...file.path.split('/'));
  const target = relative(dirname(link), blob);
  if (await isLinkTo(link, target)) return;
  await mkdir(dirname(link), { recursive: true });
  const folder = await realpath(dirname(link));
  if (folder !== join(await realpath(snapshotFolder(root, commit)), dirname(file.path)))
    throw new HeadraceError('ArtifactCorruptError', `${dirname(link)} leads out of the store, to ${folder}`, {
      remedy: 'Remove that link; the folder is made again.',
    });
  const aside = `${link}.${randomUUID().slice(0, 8)}`;
  await symlink(target, aside);
  try {
    await rename(aside, link);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

async function isLinkTo(link: string, target: string): Promise<boolean> {
  try {
    return (await readlink(link)) === target;
  } catch (error) {
    // EINVAL: it is no link.
    if (!isMissing(error) && !hasCode(error, 'EINVAL')) throw error;
    return false;
  }
}
