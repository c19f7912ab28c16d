import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomic } from '../../files/write-atomic.js';

/** The ids of a file's content in git and in LFS. */
export interface Oids {
  /** SHA-1 of `blob <size>\0` and the bytes: the git blob id. */
  readonly git: string;
  readonly sha256: string;
}

const OidCacheFile = z.record(z.string(), z.object({ git: z.string(), sha256: z.string() }));

/** The git id and size of the pointer that a git repository contains in place of an LFS file. */
export function lfsPointer(
  sha256: string,
  sizeBytes: number,
): { readonly oid: string; readonly size: number } {
  const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${sizeBytes}\n`;
  return { oid: gitBlobId(Buffer.from(text)), size: text.length };
}

function gitBlobId(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** Caches the content ids of files by path, size and modification time. */
export class OidCache {
  readonly #known = new Map<string, Promise<Oids>>();
  readonly #path: string | undefined;

  private constructor(path: string | undefined) {
    this.#path = path;
  }

  /** @param path - a file that keeps the ids between starts. */
  static async open(path?: string): Promise<OidCache> {
    const cache = new OidCache(path);
    if (path !== undefined)
      try {
        const kept = OidCacheFile.parse(JSON.parse(await readFile(path, 'utf8')));
        for (const [key, oids] of Object.entries(kept)) cache.#known.set(key, Promise.resolve(oids));
      } catch {
        // The file is missing or damaged: the ids are computed again.
      }
    return cache;
  }

  of(path: string, sizeBytes: number, mtimeMs: number): Promise<Oids> {
    const key = `${path}|${sizeBytes}|${mtimeMs}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const computed = readOids(path, sizeBytes);
    this.#known.set(key, computed);
    computed.catch(() => this.#known.delete(key));
    return computed;
  }

  async save(): Promise<void> {
    if (this.#path === undefined) return;
    const kept: Record<string, Oids> = {};
    for (const [key, oids] of this.#known) kept[key] = await oids;
    await writeFileAtomic(this.#path, JSON.stringify(kept));
  }
}

async function readOids(path: string, sizeBytes: number): Promise<Oids> {
  const git = createHash('sha1').update(`blob ${sizeBytes}\0`);
  const sha256 = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    git.update(chunk as Buffer);
    sha256.update(chunk as Buffer);
  }
  return { git: git.digest('hex'), sha256: sha256.digest('hex') };
}
