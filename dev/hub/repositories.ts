import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { lfsPointer, type OidCache } from './oids.js';
import { readSettings, type RepositorySettings } from './settings.js';

export const repositoryKinds = ['datasets', 'models'] as const;
export type RepositoryKind = (typeof repositoryKinds)[number];

export interface Repository {
  readonly kind: RepositoryKind;
  /** Canonical id, `owner/name`. */
  readonly id: string;
  readonly owner: string;
  readonly dir: string;
  readonly settings: RepositorySettings;
}

export interface RepositoryFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly localPath: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** The git blob id of the file, or of its LFS pointer. */
  readonly oid: string;
  readonly lfs?: { readonly sha256: string; readonly pointerSize: number };
}

export interface Commit {
  readonly sha: string;
  /** In code-unit order of the path. */
  readonly files: readonly RepositoryFile[];
  readonly byPath: ReadonlyMap<string, RepositoryFile>;
}

/** A commit as it was read, with the modification times of its folders then. */
interface ReadCommit {
  readonly commit: Commit;
  readonly folderTimes: ReadonlyMap<string, number>;
}

export interface Ref {
  /** `main`, `refs/convert/parquet`, a tag. */
  readonly name: string;
  readonly type: 'branch' | 'convert' | 'tag';
  readonly dir: string;
}

/** A file that is larger is an LFS file, whatever its name. */
const lfsThresholdBytes = 10_000_000;

/**
 * The repositories in a folder. A branch or tag is read at every call, as files may be added while the Hub
 * runs. A commit id does not change its files: they are not read again while no folder has changed, so that
 * each of 50,000 files is not found by reading all.
 */
export class Repositories {
  readonly #root: string;
  readonly #oids: OidCache;
  readonly #adjust: (id: string, settings: RepositorySettings) => RepositorySettings;
  /** By folder. */
  readonly #read = new Map<string, ReadCommit>();

  constructor(
    root: string,
    oids: OidCache,
    /** Adds what has changed since the settings were written. */
    adjust: (id: string, settings: RepositorySettings) => RepositorySettings,
  ) {
    this.#root = root;
    this.#oids = oids;
    this.#adjust = adjust;
  }

  async list(kind: RepositoryKind): Promise<Repository[]> {
    const found: Repository[] = [];
    for (const owner of await folders(join(this.#root, kind)))
      for (const name of await folders(join(this.#root, kind, owner))) {
        if (name.includes('@')) continue;
        const dir = join(this.#root, kind, owner, name);
        const id = `${owner}/${name}`;
        const settings = this.#adjust(id, await readSettings(`${dir}.hub.json`));
        found.push({ kind, id, owner, dir, settings });
      }
    return found;
  }

  /** The repository with that id in any case, or with that old id. */
  async find(kind: RepositoryKind, id: string): Promise<Repository | undefined> {
    const wanted = id.toLowerCase();
    const all = await this.list(kind);
    return (
      all.find((repository) => repository.id.toLowerCase() === wanted) ??
      all.find((repository) => repository.settings.renamedFrom.some((old) => old.toLowerCase() === wanted))
    );
  }

  /** The branches and tags of a repository. */
  refs(repository: Repository): Ref[] {
    const beside = (folder: string): string => join(repository.dir, '..', folder);
    const { branches, tags } = repository.settings;
    const refs: Ref[] = Object.entries({ main: null, ...branches }).map(([name, folder]) => ({
      name,
      type: name.startsWith('refs/convert/') ? 'convert' : 'branch',
      dir: folder === null ? repository.dir : beside(folder),
    }));
    for (const [name, folder] of Object.entries(tags)) refs.push({ name, type: 'tag', dir: beside(folder) });
    return refs;
  }

  /** The commit of a ref, read now: its files, and a hash of their paths and ids. */
  async commitOf(repository: Repository, ref: Ref): Promise<Commit> {
    const files: RepositoryFile[] = [];
    const folderTimes = new Map<string, number>();
    await this.#walk(ref.dir, '', repository.settings.lfs, files, folderTimes);
    files.sort((a, b) => (a.path < b.path ? -1 : 1));
    const hash = createHash('sha1');
    for (const file of files) hash.update(`${file.path}\0${file.oid}\n`);
    const byPath = new Map(files.map((file) => [file.path, file]));
    const commit = { sha: hash.digest('hex'), files, byPath };
    this.#read.set(ref.dir, { commit, folderTimes });
    return commit;
  }

  /**
   * The commit of a branch, a tag or a commit id; `undefined` where there is none.
   *
   * @param path - a file that has to be as it was when the commit was read.
   */
  async commit(repository: Repository, revision: string, path?: string): Promise<Commit | undefined> {
    const refs = this.refs(repository);
    const named = refs.find((ref) => ref.name === revision || (revision === 'HEAD' && ref.name === 'main'));
    if (named !== undefined) return this.commitOf(repository, named);
    for (const ref of refs) {
      const commit = await this.lastCommit(repository, ref, path);
      if (commit.sha === revision) return commit;
    }
    return undefined;
  }

  /** The commit of a ref as it was last read, where no folder and not the file `path` has changed since. */
  async lastCommit(repository: Repository, ref: Ref, path?: string): Promise<Commit> {
    const last = this.#read.get(ref.dir);
    const isSame = last !== undefined && (await isUnchanged(last, path));
    return isSame ? last.commit : this.commitOf(repository, ref);
  }

  async #walk(
    dir: string,
    prefix: string,
    lfs: readonly string[],
    into: RepositoryFile[],
    folderTimes: Map<string, number>,
  ): Promise<void> {
    // Before the folder is read: a later change is seen.
    folderTimes.set(dir, (await stat(dir)).mtimeMs);
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      if (entry.name === '.git') continue;
      const localPath = join(dir, entry.name);
      if (entry.isDirectory()) {
        await this.#walk(localPath, `${prefix}${entry.name}/`, lfs, into, folderTimes);
        continue;
      }
      const { size, mtimeMs } = await stat(localPath);
      const { git, sha256 } = await this.#oids.of(localPath, size, mtimeMs);
      const common = { path: `${prefix}${entry.name}`, localPath, sizeBytes: size, mtimeMs };
      if (size <= lfsThresholdBytes && !lfs.some((glob) => matchesName(entry.name, glob))) {
        into.push({ ...common, oid: git });
        continue;
      }
      const pointer = lfsPointer(sha256, size);
      into.push({ ...common, oid: pointer.oid, lfs: { sha256, pointerSize: pointer.size } });
    }
  }
}

/** Whether the folders of a commit, and the file `path`, are as they were when it was read. */
async function isUnchanged({ commit, folderTimes }: ReadCommit, path: string | undefined): Promise<boolean> {
  for (const [dir, mtimeMs] of folderTimes) if ((await mtimeOf(dir)) !== mtimeMs) return false;
  const file = path === undefined ? undefined : commit.byPath.get(path);
  return file === undefined || (await mtimeOf(file.localPath)) === file.mtimeMs;
}

async function mtimeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

/** Whether a name matches a glob, in which `*` matches any characters. */
function matchesName(name: string, glob: string): boolean {
  const pattern = glob
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(name);
}

async function folders(dir: string): Promise<string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
