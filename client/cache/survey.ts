import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactKinds, type ArtifactKind } from '../../core/contracts/artifact.js';
import { oidOf } from '../../activities/hub/download/hub-blob.js';
import { readResolution } from '../../activities/hub/resolve/resolution.js';
import { ignoreMissing } from '../../files/errno.js';
import { namesIn } from '../../files/names-in.js';
import { artifactRefs } from '../../activities/artifacts/artifact-refs.js';
import { folderOf } from '../../activities/artifacts/medium.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { readUses, type SourceUse } from '../../activities/hub/resolve/source-uses.js';

/** A downloaded file in the store, or a file of an unfinished download. */
interface CachedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** `part`: an unfinished download and its records. */
  readonly kind: 'file' | 'part';
  readonly usedAt: Date;
  /** The runs that use it, newest first; empty for a part. */
  readonly uses: readonly SourceUse[];
}

export interface CachedRepository {
  /** `datasets--owner--name`. */
  readonly folder: string;
  /** `owner/name`. */
  readonly id: string;
  readonly kind: 'dataset' | 'model';
  readonly files: readonly CachedFile[];
}

interface CachedArtifact {
  readonly kind: ArtifactKind;
  readonly key: string;
  readonly dir: string;
  readonly sizeBytes: number;
  readonly usedAt: Date;
}

/** Scratch of running work, or of a process that was killed. */
interface CachedScratch {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAt: Date;
}

export interface StoreSurvey {
  readonly root: string;
  readonly repositories: readonly CachedRepository[];
  readonly artifacts: readonly CachedArtifact[];
  readonly scratch: readonly CachedScratch[];
}

/** Lists the content of the store by names, sizes and times. Reads no file's content. */
export async function surveyStore(store: ArtifactStore): Promise<StoreSurvey> {
  const users = await usersOfFiles(store);
  const repositories: CachedRepository[] = [];
  const root = folderOf(store);
  for (const folder of await namesIn(join(root, 'hub'))) {
    const [plural, ...id] = folder.split('--');
    const name = id.join('/');
    const files: CachedFile[] = [];
    const blobs = join(root, 'hub', folder, 'blobs');
    for (const blob of await namesIn(blobs)) {
      const found = await stat(join(blobs, blob)).catch(ignoreMissing);
      if (found === undefined) continue;
      const kind = /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(blob) ? 'file' : 'part';
      files.push({
        path: join(blobs, blob),
        // A part has its full size from the start; its allocated blocks are the bytes that were downloaded.
        sizeBytes: kind === 'file' ? found.size : Math.min(found.size, found.blocks * 512),
        kind,
        usedAt: found.mtime,
        uses: kind === 'file' ? (users.get(`${name}\n${blob}`) ?? []) : [],
      });
    }
    repositories.push({ folder, id: name, kind: plural === 'models' ? 'model' : 'dataset', files });
  }
  return {
    root,
    repositories,
    artifacts: await artifactsOf(store, root),
    scratch: await scratchOf(root),
  };
}

/** `<dataset>\n<oid>` → uses. */
async function usersOfFiles(store: ArtifactStore): Promise<Map<string, SourceUse[]>> {
  const users = new Map<string, SourceUse[]>();
  for (const use of await readUses(store)) {
    if (use.dataset === undefined) continue;
    const ref = { kind: 'resolution', key: use.resolution } as const;
    if ((await store.find(ref)) === undefined) continue;
    for (const file of (await readResolution(store, ref)).files) {
      const key = `${use.dataset}\n${oidOf(file)}`;
      users.set(key, [...(users.get(key) ?? []), use]);
    }
  }
  return users;
}

async function artifactsOf(store: ArtifactStore, root: string): Promise<CachedArtifact[]> {
  const found: CachedArtifact[] = [];
  for (const kind of artifactKinds) {
    for await (const { key } of artifactRefs(store, kind)) {
      const dir = join(root, 'artifacts', kind, key.slice(0, 2), key);
      const manifest = await stat(join(dir, 'manifest.json')).catch(ignoreMissing);
      const usedAt = manifest?.mtime ?? (await stat(dir).catch(ignoreMissing))?.mtime;
      if (usedAt !== undefined) found.push({ kind, key, dir, sizeBytes: await sizeOf(dir), usedAt });
    }
  }
  return found;
}

async function scratchOf(root: string): Promise<CachedScratch[]> {
  const found: CachedScratch[] = [];
  for (const name of await namesIn(join(root, 'tmp'))) {
    const path = join(root, 'tmp', name);
    const usedAt = await newestOf(path);
    if (usedAt !== undefined) found.push({ path, sizeBytes: await sizeOf(path), usedAt });
  }
  return found;
}

/** Bytes of a file, or of all files below a folder. */
async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(ignoreMissing);
  if (found === undefined || !found.isDirectory()) return found?.size ?? 0;
  let bytes = 0;
  for (const name of await namesIn(path)) bytes += await sizeOf(join(path, name));
  return bytes;
}

async function newestOf(path: string): Promise<Date | undefined> {
  const found = await stat(path).catch(ignoreMissing);
  if (found === undefined) return undefined;
  let newest = found.mtime;
  if (found.isDirectory())
    for (const name of await namesIn(path)) {
      const below = await newestOf(join(path, name));
      if (below !== undefined && below > newest) newest = below;
    }
  return newest;
}
