import type { Objects } from '../../activities/artifacts/s3/objects.js';
import { tokenizerUses } from '../../activities/artifacts/s3/noted-uses.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import type { SourceUse } from '../../activities/hub/resolve/source-uses.js';
import type { CachedFile, CachedRepository, StoreSurvey } from './store-survey.js';
import { surveyArtifacts } from './survey-artifacts.js';
import { surveyScratch } from './survey-scratch.js';
import { surveyUploads } from './survey-uploads.js';
import { usersOfFiles } from './users-of-files.js';

/**
 * Lists the content of a store in a bucket. The service knows when objects were written, not when they were
 * read: that is the time of use here, but for tokenizers, whose uses are noted.
 */
export async function surveyBucket(store: ArtifactStore, objects: Objects): Promise<StoreSurvey> {
  return {
    place: store.place,
    repositories: await repositoriesOf(store, objects),
    ...(await surveyArtifacts(objects)),
    scratch: await surveyScratch(store.workplace.root),
    ...(await surveyUploads(objects)),
  };
}

/** Objects of one blob. */
interface Blob {
  sizeBytes: number;
  /** When the newest one was written. */
  at: Date;
  isWhole: boolean;
}

async function blobsOf(objects: Objects): Promise<Map<string, Blob>> {
  const blobs = new Map<string, Blob>();
  for await (const { key, sizeBytes, at } of objects.list('blobs/')) {
    const [, , oid = '', name] = key.split('/');
    const blob = blobs.get(oid) ?? { sizeBytes: 0, at, isWhole: false };
    blobs.set(oid, blob);
    blob.sizeBytes += sizeBytes;
    if (at > blob.at) blob.at = at;
    if (name === 'whole') blob.isWhole = true;
  }
  return blobs;
}

const imported = 'imported files';
const notNamed = 'files that no run names';
const ofTokenizers = 'tokenizers of models';

async function repositoriesOf(store: ArtifactStore, objects: Objects): Promise<CachedRepository[]> {
  const users = await usersOfFiles(store, (_, oid) => oid);
  const tokenizers = await tokenizerUses(store);
  const byId = new Map<string, CachedFile[]>();
  for (const [oid, { sizeBytes, at, isWhole }] of await blobsOf(objects)) {
    const uses = isWhole ? (users.get(oid) ?? []) : [];
    const path = `${objects.place}/blobs/${oid.slice(0, 2)}/${oid}`;
    const noted = tokenizers.get(oid);
    const usedAt = noted !== undefined && noted > at ? noted : at;
    const id = noted !== undefined && uses.length === 0 ? ofTokenizers : idOf(uses);
    const file: CachedFile = { path, sizeBytes, kind: isWhole ? 'file' : 'part', usedAt, uses };
    byId.set(id, [...(byId.get(id) ?? []), file]);
  }
  return [...byId].map(([id, files]) => ({ id, kind: kindOf(id), files }));
}

function idOf([newest]: readonly SourceUse[]): string {
  return newest === undefined ? notNamed : (newest.dataset ?? imported);
}

function kindOf(id: string): CachedRepository['kind'] {
  if (id === ofTokenizers) return 'model';
  return id.includes('/') ? 'dataset' : 'other';
}
