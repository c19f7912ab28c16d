import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { surveyFolder } from './survey-folder.js';
import { verifyBucket } from './verify-bucket.js';

export interface Damage {
  readonly label: string;
  /** For people. */
  readonly path: string;
  /** What is removed so that it is made again: paths, or keys of a bucket. */
  readonly remove: readonly string[];
  /** What is wrong, in lower case without a full stop. */
  readonly why: string;
}

export interface Verification {
  readonly files: number;
  readonly bytes: number;
  readonly artifacts: number;
  readonly damaged: readonly Damage[];
}

/**
 * Verifies the store: the content of every downloaded file against the hash in its name, and the files of
 * every artifact against its manifest.
 *
 * @param onFile - called before each file is read.
 */
export async function verifyStore(
  store: ArtifactStore,
  onFile: (label: string, sizeBytes: number) => void,
): Promise<Verification> {
  const { medium } = store;
  if (medium.kind === 'objects') return await verifyBucket(store, medium.objects, onFile);
  const { repositories, artifacts } = await surveyFolder(store, medium.root);
  const damaged: Damage[] = [];
  let [count, bytes] = [0, 0];
  for (const { id, files } of repositories)
    for (const { path, sizeBytes, kind } of files) {
      if (kind === 'part') continue;
      onFile(id, sizeBytes);
      const expected = basename(path);
      const found = await hashFile(path, sizeBytes, expected.length === 40);
      count += 1;
      bytes += sizeBytes;
      if (found !== expected)
        damaged.push({
          label: id,
          path,
          remove: [path],
          why: `its content has the hash ${found}, which is not its name`,
        });
    }
  for (const { kind, key, dir } of artifacts) {
    const isWhole = await store.find({ kind, key }).then(
      (artifact) => artifact !== undefined,
      () => false,
    );
    if (!isWhole)
      damaged.push({
        label: `${kind} ${key.slice(0, 12)}`,
        path: dir,
        remove: [dir],
        why: 'its files do not match its manifest',
      });
  }
  return { files: count, bytes, artifacts: artifacts.length, damaged };
}

/** Removes damaged files and artifacts. The next run that needs one downloads or makes it again. */
export async function removeDamaged(
  { medium }: Pick<ArtifactStore, 'medium'>,
  damaged: readonly Damage[],
): Promise<void> {
  const names = damaged.flatMap(({ remove }) => remove);
  if (medium.kind === 'objects') await medium.objects.remove(names);
  else for (const path of names) await rm(path, { recursive: true, force: true });
}

async function hashFile(path: string, sizeBytes: number, isGitBlob: boolean): Promise<string> {
  const hash = isGitBlob ? createHash('sha1').update(`blob ${sizeBytes}\0`) : createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
