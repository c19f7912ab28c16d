import type { Objects } from '../../activities/artifacts/s3/objects.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import type { SourceUse } from '../../activities/hub/resolve/source-uses.js';
import { artifactKinds } from '../../core/contracts/artifact.js';
import type {
  CachedArtifact,
  CachedFile,
  CachedRepository,
  CachedScratch,
  StoreSurvey,
} from './store-survey.js';
import { surveyScratch } from './survey-scratch.js';
import { usersOfFiles } from './users-of-files.js';

/** Objects of one folder of the bucket. */
interface Group {
  sizeBytes: number;
  /** When the newest one was written. */
  at: Date;
  /** The last parts of their keys. */
  readonly names: Set<string>;
}

/**
 * Lists the content of a store in a bucket. The service knows when objects were written, not when they were
 * read: that is the time of use here.
 */
export async function surveyBucket(store: ArtifactStore, objects: Objects): Promise<StoreSurvey> {
  const { artifacts, begun } = await artifactsOf(objects);
  return {
    place: store.place,
    repositories: await repositoriesOf(store, objects),
    artifacts,
    scratch: [...begun, ...(await surveyScratch(store.workplace.root))],
  };
}

/** The objects below a prefix by the part of their keys at this position, from 0. */
async function groupsBelow(objects: Objects, prefix: string, position: number): Promise<Map<string, Group>> {
  const groups = new Map<string, Group>();
  for await (const { key, sizeBytes, at } of objects.list(prefix)) {
    const parts = key.split('/');
    const name = parts[position] ?? '';
    const group = groups.get(name) ?? { sizeBytes: 0, at, names: new Set() };
    groups.set(name, group);
    group.sizeBytes += sizeBytes;
    if (at > group.at) group.at = at;
    group.names.add(parts.at(-1) ?? '');
  }
  return groups;
}

/** An artifact without a manifest is being written, or its writer was killed. */
async function artifactsOf(
  objects: Objects,
): Promise<{ readonly artifacts: CachedArtifact[]; readonly begun: CachedScratch[] }> {
  const artifacts: CachedArtifact[] = [];
  const begun: CachedScratch[] = [];
  for (const kind of artifactKinds)
    for (const [key, { sizeBytes, at: usedAt, names }] of await groupsBelow(
      objects,
      `artifacts/${kind}/`,
      3,
    )) {
      const dir = `${objects.place}/artifacts/${kind}/${key.slice(0, 2)}/${key}`;
      if (names.has('manifest.json')) artifacts.push({ kind, key, dir, sizeBytes, usedAt });
      else begun.push({ path: dir, sizeBytes, usedAt });
    }
  return { artifacts, begun };
}

const imported = 'imported files';
const notNamed = 'files that no run names';

async function repositoriesOf(store: ArtifactStore, objects: Objects): Promise<CachedRepository[]> {
  const users = await usersOfFiles(store, (_, oid) => oid);
  const byId = new Map<string, CachedFile[]>();
  for (const [oid, { sizeBytes, at, names }] of await groupsBelow(objects, 'blobs/', 2)) {
    const kind = names.has('whole') ? 'file' : 'part';
    const uses = kind === 'file' ? (users.get(oid) ?? []) : [];
    const path = `${objects.place}/blobs/${oid.slice(0, 2)}/${oid}`;
    const id = idOf(uses);
    byId.set(id, [...(byId.get(id) ?? []), { path, sizeBytes, kind, usedAt: at, uses }]);
  }
  return [...byId].map(([id, files]) => ({ id, kind: id.includes('/') ? 'dataset' : 'other', files }));
}

function idOf([newest]: readonly SourceUse[]): string {
  return newest === undefined ? notNamed : (newest.dataset ?? imported);
}
