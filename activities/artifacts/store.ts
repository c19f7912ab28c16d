import { createHash, randomUUID } from 'node:crypto';
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
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { ArtifactKind, ArtifactRef } from '../../core/contracts/artifact.js';
import { HeadraceError } from '../../core/errors.js';
import { stableJson } from '../../core/stable-json.js';
import { hasCode, ignoreMissing, isMissing } from '../../files/errno.js';
import { asDiskFull } from '../../files/room.js';
import { makeScratch } from '../../files/scratch.js';
import { fsyncPath } from '../../files/write-atomic.js';

/**
 * The store: outputs of stages, under keys of their inputs. An artifact is a few files and a manifest, which
 * is written last. It appears whole, by one rename, or not at all, and never changes. Two writers of one key
 * are harmless: equal keys mean equal content, and the first rename wins.
 */
export interface ArtifactStore {
  /** The folder that holds the store; scratch and downloads live under it too. */
  readonly root: string;
  /** 12 hex digits, made once with the store. */
  readonly id: string;
  /** The artifact; `undefined` where it is missing or its files differ from its manifest. */
  find(ref: ArtifactRef): Promise<Artifact | undefined>;
  /**
   * The artifact.
   *
   * @throws {HeadraceError} ArtifactMissingError where {@link find} returns `undefined`.
   */
  get(ref: ArtifactRef): Promise<Artifact>;
  /**
   * Makes the artifact: `write` fills a new folder and returns the manifest's `meta`.
   *
   * @returns the artifact of the store, which another writer may have made.
   * @throws {HeadraceError} DiskFullError; what `write` throws.
   */
  put(ref: ArtifactRef, write: (dir: string) => Promise<unknown>): Promise<Artifact>;
  /** A new folder on the store's disk. The caller removes it. */
  scratch(): Promise<string>;
}

/** A complete artifact of the store. */
export interface Artifact {
  readonly ref: ArtifactRef;
  readonly dir: string;
  /** What `write` returned. Readers parse it. */
  readonly meta: unknown;
  /** Absolute path of one of its files. */
  path(name: string): string;
}

const Manifest = z.object({
  kind: z.string(),
  key: z.string(),
  files: z.record(z.string(), z.object({ sizeBytes: z.number() })),
  meta: z.unknown().optional(),
});

/**
 * Key of an artifact: SHA-256 over kind, the stage's code version and everything that decides its content.
 */
export function artifactKey(kind: ArtifactKind, codeVersion: number, inputs: unknown): string {
  return createHash('sha256').update(stableJson({ kind, codeVersion, inputs })).digest('hex');
}

/** `HEADRACE_STORE`, or `~/.cache/headrace`. */
export function defaultStoreRoot(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env['HEADRACE_STORE'];
  return named === undefined || named === '' ? join(homedir(), '.cache', 'headrace') : resolve(named);
}

/** Options of {@link openStore}. */
export interface StoreOptions {
  /**
   * Whether finding an artifact marks it as used. False for commands that only show the store. @default true
   */
  readonly marksUse?: boolean;
}

/** Opens the store under `root`, which is created where it is missing. */
export async function openStore(root: string, options: StoreOptions = {}): Promise<ArtifactStore> {
  await mkdir(join(root, 'artifacts'), { recursive: true });
  await mkdir(join(root, 'tmp'), { recursive: true });
  return new LocalStore(root, await storeId(root), options.marksUse ?? true);
}

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

class LocalStore implements ArtifactStore {
  readonly #marksUse: boolean;
  readonly #lookups = pLimit(lookupsAtOnce);

  constructor(
    readonly root: string,
    readonly id: string,
    marksUse: boolean,
  ) {
    this.#marksUse = marksUse;
  }

  #dirOf(ref: ArtifactRef): string {
    return join(this.root, 'artifacts', ref.kind, ref.key.slice(0, 2), ref.key);
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
    return { ref, dir, meta: manifest.meta, path: (name) => join(dir, name) };
  }

  async get(ref: ArtifactRef): Promise<Artifact> {
    const artifact = await this.find(ref);
    if (artifact === undefined)
      throw new HeadraceError(
        'ArtifactMissingError',
        `The store ${this.root} has no whole ${ref.kind} ${ref.key}`,
      );
    return artifact;
  }

  async put(ref: ArtifactRef, write: (dir: string) => Promise<unknown>): Promise<Artifact> {
    const aside = await this.scratch();
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
      throw asDiskFull(error, this.root);
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
      const damaged = join(this.root, 'tmp', randomUUID());
      await rename(dir, damaged);
      await rename(aside, dir);
      await rm(damaged, { recursive: true, force: true });
    }
    await fsyncPath(dirname(dir));
  }

  scratch(): Promise<string> {
    return makeScratch(this.root);
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
