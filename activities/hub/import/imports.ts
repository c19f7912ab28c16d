import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { RunNotes } from './run-notes.js';

/** A source with local files, or what else of a recipe is on the machine of a client. */
export interface ImportedSource {
  /** Of the source; another part of the recipe has a name that no source can have. */
  readonly name: string;
  /** Paths and globs of the recipe. */
  readonly patterns: readonly string[];
  /** Where the results of its run go. */
  readonly out: string;
}

/** The local files of a source, as a client has put them into a store in a bucket. */
const Import = z.object({
  /** That it has looked for. */
  patterns: z.array(z.string()),
  /** Key of the resolution. */
  resolution: z.string(),
});

function importsOf(store: ArtifactStore, out: string): RunNotes<z.infer<typeof Import>> {
  return new RunNotes(store, 'imports', out, Import);
}

/** Notes what a client has imported for a source. */
export async function noteImport(
  store: ArtifactStore,
  { out, name, patterns }: ImportedSource,
  resolution: ArtifactRef,
): Promise<void> {
  await importsOf(store, out).write(name, { patterns: [...patterns], resolution: resolution.key });
}

/** The files that were last imported for a source; `undefined` where others or none were. */
export async function importedFiles(
  store: ArtifactStore,
  { out, name, patterns }: ImportedSource,
): Promise<ArtifactRef | undefined> {
  const found = await importsOf(store, out).read(name);
  if (found === undefined || JSON.stringify(found.patterns) !== JSON.stringify(patterns)) return undefined;
  return { kind: 'resolution', key: found.resolution };
}
