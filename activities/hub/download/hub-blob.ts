import { repositoryName } from '../../artifacts/blob-folders.js';
import type { SourceFile } from '../../../core/contracts/source.js';
import type { Blob } from '../../artifacts/store.js';
import type { RepositoryCommit } from '../http/repository.js';

type Repository = Pick<RepositoryCommit, 'kind' | 'id'>;

/** A Hub file as content of the store. `id` is canonical. */
export function hubBlob({ kind, id }: Repository, file: SourceFile): Blob {
  return { oid: oidOf(file), sizeBytes: file.sizeBytes, repository: { kind, id }, name: file.path };
}

/** The id of a file's content in the store: the SHA-256, or the git blob id of a plain Hub file. */
export function oidOf(file: SourceFile): string {
  const oid = file.storedAs ?? file.sha256 ?? file.gitOid;
  if (oid === undefined || !/^[0-9a-f]{40,64}$/.test(oid))
    throw new Error(`${file.path} has no content hash`);
  return oid;
}

/** Names of the notes about a repository begin so. */
export function repositoryNotes(repository: Repository): string {
  return `hub/${repositoryName(repository)}/`;
}
