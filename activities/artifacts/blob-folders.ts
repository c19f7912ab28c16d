import { join } from 'node:path';
import type { Blob } from './store.js';

type Repository = NonNullable<Blob['repository']>;

/** `datasets--<owner>--<name>`, or `models--…`: a repository of the Hub as a name. */
export function repositoryName({ kind, id }: Repository): string {
  return `${kind}s--${id.replaceAll('/', '--')}`;
}

/** The folder of a repository below the root of a store in a folder. */
export function repositoryFolder(root: string, repository: Repository): string {
  return join(root, 'hub', repositoryName(repository));
}

/** The folder of a repository's files, by their content. Two commits with the same file share it. */
export function blobFolder(root: string, repository: Repository): string {
  return join(repositoryFolder(root, repository), 'blobs');
}

/**
 * Where the bytes of a blob are below the root of a store in a folder: a Hub file in the folder of its
 * repository, as the Hub's own cache has it, an imported one in `blobs/`.
 */
export function blobPath(root: string, { oid, repository }: Pick<Blob, 'oid' | 'repository'>): string {
  return join(repository === undefined ? join(root, 'blobs') : blobFolder(root, repository), oid);
}
