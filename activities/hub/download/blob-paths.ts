import { join } from 'node:path';
import type { SourceFile } from '../../../core/contracts/source.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import type { RepositoryCommit } from '../http/repository.js';

/** `<store>/hub/datasets--<owner>--<name>`, or `models--…`. `id` is canonical. */
export function repositoryFolder(
  store: ArtifactStore,
  { kind, id }: Pick<RepositoryCommit, 'kind' | 'id'>,
): string {
  return join(store.root, 'hub', `${kind}s--${id.replaceAll('/', '--')}`);
}

/** The folder of a repository's files, by their content. */
export function blobFolder(store: ArtifactStore, repository: Pick<RepositoryCommit, 'kind' | 'id'>): string {
  return join(repositoryFolder(store, repository), 'blobs');
}

/**
 * Where the bytes of a Hub file are on this disk: `blobs/<SHA-256 or git oid>` in the repository's folder.
 * Two commits with the same file share it.
 */
export function blobPath(
  store: ArtifactStore,
  repository: Pick<RepositoryCommit, 'kind' | 'id'>,
  file: SourceFile,
): string {
  return join(blobFolder(store, repository), oidOf(file));
}

/** The id of a Hub file's content: the LFS SHA-256, or the git blob id of a plain file. */
export function oidOf(file: SourceFile): string {
  const oid = file.sha256 ?? file.gitOid;
  if (oid === undefined || !/^[0-9a-f]{40,64}$/.test(oid))
    throw new Error(`${file.path} has no content hash`);
  return oid;
}
