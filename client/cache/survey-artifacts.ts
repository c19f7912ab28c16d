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
 * artifact has files of two writers, or files that were written after it: equal keys mean equal content, so
 * the one writer before it is its own.
 */
export async function surveyArtifacts(objects: Objects): Promise<Pick<StoreSurvey, 'artifacts' | 'orphans'>> {
  const { signal } = new AbortController();
  const artifacts: CachedArtifact[] = [];
  const orphans: Orphans[] = [];
  for (const kind of artifactKinds) {
    const all = [...(await listedOf(objects, kind)).values()];
    const left = await inParallel(all, readsAtOnce, signal, (listed) => leftOf(objects, listed));
    for (const [at, listed] of all.entries()) {
      const dir = `${objects.place}/${artifactPrefix(listed.ref).slice(0, -1)}`;
      const { artifact, orphans: ofOthers } = apart(listed, dir, left[at] ?? []);
      if (artifact !== undefined) artifacts.push(artifact);
      orphans.push(...ofOthers);
    }
  }
  return { artifacts, orphans };
}

/** What a manifest names, and the rest. @param left - the writers that it does not name. */
function apart(
  { ref, manifest, writers }: Listed,
  dir: string,
  left: readonly string[],
): { readonly artifact: CachedArtifact | undefined; readonly orphans: readonly Orphans[] } {
  const orphans: Orphans[] = [];
  let [sizeBytes, usedAt] = [manifest?.sizeBytes ?? 0, manifest?.at ?? new Date(0)];
  for (const [writer, written] of writers)
    if (left.includes(writer)) {
      const { files, at } = written;
      orphans.push({ ...ref, path: `${dir}/${writer}`, files, sizeBytes: written.sizeBytes, usedAt: at });
    } else {
      sizeBytes += written.sizeBytes;
      if (written.at > usedAt) usedAt = written.at;
    }
  return { artifact: manifest === undefined ? undefined : { ...ref, dir, sizeBytes, usedAt }, orphans };
}

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
