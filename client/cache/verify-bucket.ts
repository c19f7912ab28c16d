import { createHash } from 'node:crypto';
import { chunkedBlob, rangeOfChunk, type Chunked } from '../../activities/artifacts/s3/chunked.js';
import { manifestKey, wholeKey } from '../../activities/artifacts/s3/layout.js';
import { BlobManifest } from '../../activities/artifacts/s3/manifests.js';
import type { Objects } from '../../activities/artifacts/s3/objects.js';
import { readManifest } from '../../activities/artifacts/s3/read-manifest.js';
import { S3Artifact } from '../../activities/artifacts/s3/s3-artifact.js';
import type { Artifact, ArtifactStore } from '../../activities/artifacts/store.js';
import { messageOf } from '../../core/errors.js';
import { sha256 } from '../../files/sha256.js';
import type { CachedFile } from './store-survey.js';
import { surveyBucket } from './survey-bucket.js';
import type { Damage, Verification } from './verify.js';

/** Verifies a store in a bucket: every byte of it is read, and compared with the hashes in manifests. */
export async function verifyBucket(
  store: ArtifactStore,
  objects: Objects,
  onFile: (label: string, sizeBytes: number) => void,
): Promise<Verification> {
  const { repositories, artifacts } = await surveyBucket(store, objects);
  const damaged: Damage[] = [];
  let [count, bytes] = [0, 0];
  for (const { id, files } of repositories)
    for (const file of files) {
      if (file.kind === 'part') continue;
      onFile(id, file.sizeBytes);
      count += 1;
      bytes += file.sizeBytes;
      damaged.push(...(await damageOfBlob(objects, id, file)));
    }
  for (const { kind, key, dir, sizeBytes } of artifacts) {
    const label = `${kind} ${key.slice(0, 12)}`;
    onFile(label, sizeBytes);
    const artifact = await store.find({ kind, key }).catch(() => undefined);
    const why = await damageOfArtifact(objects, artifact);
    if (why !== undefined) damaged.push({ label, path: dir, remove: [manifestKey({ kind, key })], why });
  }
  return { files: count, bytes, artifacts: artifacts.length, damaged };
}

/** A file that was removed since the survey is not damaged. */
async function damageOfBlob(
  objects: Objects,
  label: string,
  { path }: CachedFile,
): Promise<readonly Damage[]> {
  const oid = path.slice(path.lastIndexOf('/') + 1);
  const manifest = await readManifest(objects, wholeKey(oid), BlobManifest).catch(messageOf);
  if (manifest === undefined) return [];
  if (typeof manifest === 'string') return [{ label, path, remove: [wholeKey(oid)], why: manifest }];
  if (manifest.content !== undefined) {
    const content = Buffer.from(manifest.content, 'base64');
    const found = hashOf(content, oid.length === 40);
    if (found === oid) return [];
    return [{ label, path, remove: [wholeKey(oid)], why: `its content has the hash ${found}` }];
  }
  const found = await damagedChunk(
    objects,
    chunkedBlob({ oid, sizeBytes: manifest.sizeBytes, name: label }, manifest),
  );
  if (found === undefined) return [];
  const why = `its bytes from ${found.from} on are missing or not those that were verified`;
  return [{ label, path, remove: [wholeKey(oid), found.key], why }];
}

/** What is wrong with an artifact. */
async function damageOfArtifact(
  objects: Objects,
  artifact: Artifact | undefined,
): Promise<string | undefined> {
  if (!(artifact instanceof S3Artifact)) return 'its manifest is missing or cannot be read';
  for (const name of Object.keys(artifact.files)) {
    if (artifact.content(name) !== undefined) continue;
    const found = await damagedChunk(objects, artifact.chunked(name));
    if (found !== undefined) return `${name} is missing or not what was written, from byte ${found.from} on`;
  }
  return undefined;
}

/** The first chunk whose bytes have another SHA-256 than the manifest. */
async function damagedChunk(
  objects: Objects,
  file: Chunked,
): Promise<{ readonly from: number; readonly key: string } | undefined> {
  for (const [chunk, digest] of file.digests.entries()) {
    const wanted = rangeOfChunk(file, chunk);
    const { key, range } = file.object(wanted);
    const bytes = await objects.get(key, range);
    if (bytes === undefined || sha256(bytes).toString('hex') !== digest) return { from: wanted.from, key };
  }
  return undefined;
}

function hashOf(content: Buffer, isGitBlob: boolean): string {
  if (!isGitBlob) return sha256(content).toString('hex');
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}
