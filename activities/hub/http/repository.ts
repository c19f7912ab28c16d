import type { SourceFile } from '../../../core/contracts/source.js';
import type { HubConfig } from './hub-config.js';

/** A repository of the Hub at a requested revision. */
export interface RepositoryRef {
  readonly kind: 'dataset' | 'model';
  /** `owner/name`, or the bare name of an old dataset. */
  readonly id: string;
  /** Branch, tag or commit. */
  readonly revision: string;
}

/** A commit of a repository. */
export interface RepositoryCommit {
  readonly kind: 'dataset' | 'model';
  /** Canonical id. */
  readonly id: string;
  /** 40 hex digits. */
  readonly commitSha: string;
}

/** A file of a commit. */
export interface CommitFile {
  readonly commit: RepositoryCommit;
  readonly file: SourceFile;
}

/** A commit as a requested revision. */
export function refOf({ kind, id, commitSha }: RepositoryCommit): RepositoryRef {
  return { kind, id, revision: commitSha };
}

/** The web page of a repository, where its terms are accepted. */
export function pageOf({ endpoint }: HubConfig, { kind, id }: Omit<RepositoryRef, 'revision'>): string {
  return `${endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${id}`;
}

/** The URL of a file's bytes. The Hub often answers it with a redirect. */
export function resolveUrl(config: HubConfig, commit: RepositoryCommit, path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `${pageOf(config, commit)}/resolve/${commit.commitSha}/${encoded}`;
}
