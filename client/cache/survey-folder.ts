import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactRefs } from '../../activities/artifacts/artifact-refs.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { artifactKinds } from '../../core/contracts/artifact.js';
import { ignoreMissing } from '../../files/errno.js';
import { namesIn } from '../../files/names-in.js';
import type { CachedArtifact, CachedFile, CachedRepository, StoreSurvey } from './store-survey.js';
import { sizeOf, surveyScratch } from './survey-scratch.js';
import { usersOfFiles } from './users-of-files.js';

/** Lists the content of a store in the folder `root`. */
export async function surveyFolder(store: ArtifactStore, root: string): Promise<StoreSurvey> {
  const users = await usersOfFiles(store, ({ dataset }, oid) =>
    dataset === undefined ? undefined : `${dataset}\n${oid}`,
  );
  const repositories: CachedRepository[] = [];
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
    repositories.push({ id: name, kind: plural === 'models' ? 'model' : 'dataset', files });
  }
  return {
    place: store.place,
    repositories,
    artifacts: await artifactsOf(store, root),
    scratch: await surveyScratch(root),
    orphans: [],
    uploads: [],
    notes: [],
  };
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
