import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { SourceFile } from '../../../core/contracts/source.js';
import { stableJson } from '../../../core/stable-json.js';
import type { ResolutionMeta } from './resolution.js';
import { artifactKey, type ArtifactStore } from '../../artifacts/store.js';

/** Of the shape and meaning of `files.json`. */
const codeVersion = 1;

export interface ResolutionListing {
  readonly files: readonly SourceFile[];
  readonly emptyFiles: readonly string[];
}

/** Keeps a resolution under the key of its content: resolving the same again gives the same artifact. */
export async function putResolution(
  store: ArtifactStore,
  meta: ResolutionMeta,
  listing: ResolutionListing,
): Promise<ArtifactRef> {
  const ref = { kind: 'resolution', key: artifactKey('resolution', codeVersion, { meta, listing }) } as const;
  if ((await store.find(ref)) !== undefined) return ref;
  await store.put(ref, async (dir) => {
    await writeFile(join(dir, 'files.json'), stableJson(listing));
    return meta;
  });
  return ref;
}
