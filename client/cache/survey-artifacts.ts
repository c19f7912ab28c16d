import { artifactPrefix } from '../../activities/artifacts/s3/layout.js';
import type { Objects } from '../../activities/artifacts/s3/objects.js';
import { inParallel } from '../../activities/threads/in-parallel.js';
import { artifactKinds, type ArtifactKind, type ArtifactRef } from '../../core/contracts/artifact.js';
import type { CachedArtifact, Orphans, StoreSurvey } from './store-survey.js';
import { writersWithoutManifest } from './writers.js';

const readsAtOnce = 16;

/** The files of one writer. */
interface Written {
  files: number;
  sizeBytes: number;
  /** When the newest one was written. */
  at: Date;
}

/** The objects of an artifact. */
interface Listed {
  readonly ref: ArtifactRef;
  manifest: { readonly sizeBytes: number; readonly at: Date } | undefined;
  readonly writers: Map<string, Written>;
}

/**
 * Lists the artifacts of a bucket, and the files that no manifest names. A manifest is read only where its
 * artifact has files of two writers, or files that were written after it.
 */
export async function surveyArtifacts(
  objects: Objects,
): Promise<Pick<StoreSurvey, 'artifacts' | 'orphans'>> {
  const artifacts: CachedArtifact[] = [];
  const orphans: Orphans[] = [];
  for (const kind of artifactKinds) {
    const listed = [...(await listedOf(objects, kind)).values()];
    await inParallel(listed, readsAtOnce, new AbortController().signal, async ({ ref, manifest, writers }) => {
      const left = await leftOf(objects, { ref, manifest, writers });
      const dir = `${objects.place}/${artifactPrefix(ref).slice(0, -1)}`;
      for (const writer of left) {
        const { files, sizeBytes, at: usedAt } = writers.get(writer) ?? noFiles;
        orphans.push({ ...ref, path: `${dir}/${writer}`, files, sizeBytes, usedAt });
      }
      if (manifest === undefined) return;
      const own = [...writers].filter(([writer]) => !left.includes(writer)).map(([, written]) => written);
      const sizeBytes = own.reduce((sum, written) => sum + written.sizeBytes, manifest.sizeBytes);
      const usedAt = own.reduce((newest, { at }) => (at > newest ? at : newest), manifest.at);
      artifacts.push({ ...ref, dir, sizeBytes, usedAt });
    });
  }
  return { artifacts, orphans };
}

const noFiles: Written = { files: 0, sizeBytes: 0, at: new Date(0) };

async function listedOf(objects: Objects, kind: ArtifactKind): Promise<Map<string, Listed>> {
  const byKey = new Map<string, Listed>();
  for await (const { key: name, sizeBytes, at } of objects.list(`artifacts/${kind}/`)) {
    const [, , , key = '', writer = '', file] = name.split('/');
    const listed = byKey.get(key) ?? { ref: { kind, key }, manifest: undefined, writers: new Map() };
    byKey.set(key, listed);
    if (file === undefined) {
      if (writer === 'manifest.json') listed.manifest = { sizeBytes, at };
      continue;
    }
    const written = listed.writers.get(writer) ?? { files: 0, sizeBytes: 0, at };
    listed.writers.set(writer, written);
    written.files += 1;
    written.sizeBytes += sizeBytes;
    if (at > written.at) written.at = at;
  }
  return byKey;
}

/** The writers whose files no manifest names. */
async function leftOf(objects: Objects, { ref, manifest, writers }: Listed): Promise<readonly string[]> {
  const names = [...writers.keys()];
  if (manifest === undefined) return names;
  const isPlain = names.length < 2 && [...writers.values()].every(({ at }) => at <= manifest.at);
  return isPlain ? [] : await writersWithoutManifest(objects, ref, names);
}
