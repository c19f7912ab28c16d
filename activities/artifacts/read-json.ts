import type { z } from 'zod';
import type { Artifact, ArtifactStore } from './store.js';

/**
 * The content of a small JSON file of an artifact.
 *
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError; {z.ZodError} for another form.
 */
export async function readJson<Value>(
  store: ArtifactStore,
  artifact: Artifact,
  name: string,
  schema: z.ZodType<Value>,
): Promise<Value> {
  return schema.parse(JSON.parse(await store.text(artifact, name)));
}
