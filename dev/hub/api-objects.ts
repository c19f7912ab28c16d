import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import type { Commit, Repository, RepositoryFile } from './repositories.js';

const fixedDate = '2026-01-01T00:00:00.000Z';

/** The answer of `whoami-v2`. */
export function userInfo(name: string): object {
  return {
    type: 'user',
    id: createHash('sha1').update(name).digest('hex').slice(0, 24),
    name,
    fullname: name,
    email: `${name}@example.com`,
    emailVerified: true,
    canPay: false,
    isPro: false,
    periodEnd: null,
    avatarUrl: '',
    orgs: [],
    auth: {
      type: 'access_token',
      accessToken: { displayName: 'local', role: 'read', createdAt: fixedDate },
    },
  };
}

/** A repository as the API lists it. */
export function repositoryInfo(repository: Repository, commit: Commit): Record<string, unknown> {
  const newest = Math.max(0, ...commit.files.map((file) => file.mtimeMs));
  return {
    _id: createHash('sha1').update(`${repository.kind}/${repository.id}`).digest('hex').slice(0, 24),
    id: repository.id,
    author: repository.owner,
    sha: commit.sha,
    lastModified: new Date(newest).toISOString(),
    createdAt: fixedDate,
    private: repository.settings.private,
    gated: repository.settings.gated,
    disabled: false,
    downloads: 0,
    likes: 0,
    tags: [],
  };
}

/** A repository with its card and its files, as its own route describes it. */
export async function fullRepositoryInfo(repository: Repository, commit: Commit): Promise<object> {
  const cardData = await readCard(commit.files.find((file) => file.path === 'README.md'));
  const siblings = commit.files.map((file) => ({ rfilename: file.path }));
  return { ...repositoryInfo(repository, commit), cardData, siblings };
}

/** The `lastCommit` of every file of a commit. */
export function lastCommit(commit: Commit): object {
  return { id: commit.sha, title: 'Upload files', date: fixedDate };
}

/** The YAML front matter of a README.md. */
async function readCard(readme: RepositoryFile | undefined): Promise<unknown> {
  if (readme === undefined) return undefined;
  const head = /^---\r?\n([\s\S]*?)\r?\n---/.exec(await readFile(readme.localPath, 'utf8'));
  return head?.[1] === undefined ? undefined : parseYaml(head[1]);
}
