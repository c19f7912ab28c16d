import { randomUUID } from 'node:crypto';
import {
  link,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { HeadraceError } from '../../core/errors.js';
import { stableJson } from '../../core/stable-json.js';
import { hasCode, ignoreMissing, isMissing } from '../../files/errno.js';
import { asDiskFull } from '../../files/room.js';
import { fsyncPath, writeFileAtomic } from '../../files/write-atomic.js';
import { blobPath } from './blob-folders.js';
import type { Medium } from './medium.js';
import type { Artifact, ArtifactStore, NoteEntry, Wanted } from './store.js';
import { Workplace } from './workplace.js';

const Manifest = z.object({
  kind: z.string(),
  key: z.string(),
  files: z.record(z.string(), z.object({ sizeBytes: z.number() })),
  meta: z.unknown().optional(),
});

/** The id of the store. The first process makes it: `link` lets exactly one writer win. */
async function storeId(root: string): Promise<string> {
  const path = join(root, 'store-id');
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const aside = join(root, 'tmp', randomUUID());
  await writeFile(aside, `${randomUUID().replaceAll('-', '').slice(0, 12)}\n`, { flush: true });
  try {
    await link(aside, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await unlink(aside);
  }
  return (await readFile(path, 'utf8')).trim();
}

/** Artifacts looked up at a time, whatever the number of callers: each has its manifest open. */
const lookupsAtOnce = 32;

/** A store in a folder of this disk. */
export class LocalStore implements ArtifactStore {
  readonly id: string;
  readonly medium: Medium;
  readonly workplace: Workplace;
  readonly #root: string;
  readonly #marksUse: boolean;
  readonly #lookups = pLimit(lookupsAtOnce);

  private constructor(root: string, id: string, workplace: Workplace, marksUse: boolean) {
    this.#root = root;
    this.id = id;
    this.medium = { kind: 'folder', root };
    this.workplace = workplace;
    this.#marksUse = marksUse;
  }

  /**
   * @param root - created where it is missing.
   * @param marksUse - whether finding an artifact marks it as used.
   */
  static async open(root: string, marksUse: boolean): Promise<LocalStore> {
    await mkdir(join(root, 'artifacts'), { recursive: true });
    const workplace = await Workplace.at(root);
    return new LocalStore(root, await storeId(root), workplace, marksUse);
  }

  get place(): string {
    return this.#root;
  }

  #dirOf(ref: ArtifactRef): string {
    return join(this.#root, 'artifacts', ref.kind, ref.key.slice(0, 2), ref.key);
  }

  find(ref: ArtifactRef): Promise<Artifact | undefined> {
    return this.#lookups(() => this.#find(ref));
  }

  async #find(ref: ArtifactRef): Promise<Artifact | undefined> {
    const dir = this.#dirOf(ref);
    let text: string;
    try {
      text = await readFile(join(dir, 'manifest.json'), 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    const manifest = Manifest.parse(JSON.parse(text));
    for (const [name, { sizeBytes }] of Object.entries(manifest.files)) {
      const found = await stat(join(dir, name)).catch(ignoreMissing);
      if (found?.size !== sizeBytes) return undefined;
    }
    if (this.#marksUse) await markUsed(join(dir, 'manifest.json'));
    return { ref, meta: manifest.meta, files: manifest.files };
  }

  async get(ref: ArtifactRef): Promise<Artifact> {
    const artifact = await this.find(ref);
    if (artifact === undefined)
      throw new HeadraceError(
        'ArtifactMissingError',
        `The store ${this.#root} has no whole ${ref.kind} ${ref.key}`,
      );
    return artifact;
  }

  async put(ref: ArtifactRef, write: (dir: string) => Promise<unknown>): Promise<Artifact> {
    const aside = await this.workplace.scratch();
    try {
      const meta = await write(aside);
      const files: Record<string, { sizeBytes: number }> = {};
      for (const name of (await readdir(aside)).sort()) {
        await fsyncPath(join(aside, name));
        files[name] = { sizeBytes: (await stat(join(aside, name))).size };
      }
      await writeFile(join(aside, 'manifest.json'), stableJson({ ...ref, files, meta }), { flush: true });
      await fsyncPath(aside);
      const dir = this.#dirOf(ref);
      await mkdir(dirname(dir), { recursive: true });
      await this.#moveInto(aside, dir, ref);
    } catch (error) {
      throw asDiskFull(error, this.#root);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
    return this.get(ref);
  }

  async #moveInto(aside: string, dir: string, ref: ArtifactRef): Promise<void> {
    try {
      await rename(aside, dir);
    } catch (error) {
      if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
      if ((await this.find(ref)) !== undefined) return;
      // A file there has another size: the damaged artifact is moved away and replaced.
      const damaged = join(this.#root, 'tmp', randomUUID());
      await rename(dir, damaged);
      await rename(aside, dir);
      await rm(damaged, { recursive: true, force: true });
    }
    await fsyncPath(dirname(dir));
  }

  placeOf(artifact: Artifact, name: string): Promise<string> {
    return Promise.resolve(this.#fileOf(artifact, name));
  }

  #fileOf({ ref }: Artifact, name: string): string {
    return join(this.#dirOf(ref), name);
  }

  text(artifact: Artifact, name: string): Promise<string> {
    return readFile(this.#fileOf(artifact, name), 'utf8');
  }

  bring<Result>(
    wanted: readonly Wanted[],
    use: (paths: readonly string[]) => Promise<Result>,
  ): Promise<Result> {
    return use(wanted.map((each) => this.#pathOf(each)));
  }

  #pathOf(wanted: Wanted): string {
    if ('path' in wanted) return wanted.path;
    if ('blob' in wanted) return blobPath(this.#root, wanted.blob);
    return this.#fileOf(wanted.artifact, wanted.file);
  }

  async note(name: string, text: string): Promise<void> {
    await writeFileAtomic(join(this.#root, name), text);
  }

  async read(name: string): Promise<string | undefined> {
    return await readFile(join(this.#root, name), 'utf8').catch(ignoreMissing);
  }

  async *notes(prefix: string): AsyncIterable<NoteEntry> {
    const folder = join(this.#root, prefix);
    const names = await readdir(folder, { recursive: true }).catch(ignoreMissing);
    for (const below of names ?? []) {
      if (below.endsWith('.tmp')) continue;
      const found = await stat(join(folder, below)).catch(ignoreMissing);
      if (found?.isFile() === true)
        yield { name: `${prefix}${below}`, sizeBytes: found.size, at: found.mtime };
    }
  }
}

const dayMs = 86_400_000;

/** Notes a use in the modification time of a file, to the day. The cache collects files by it. */
export async function markUsed(path: string): Promise<void> {
  try {
    const now = Date.now();
    if (now - (await stat(path)).mtimeMs > dayMs) await utimes(path, now / 1000, now / 1000);
  } catch (error) {
    // A read-only store is not collected. The reader of a missing file reports it.
    if (!isMissing(error) && !['EPERM', 'EACCES', 'EROFS'].some((code) => hasCode(error, code))) throw error;
  }
}
