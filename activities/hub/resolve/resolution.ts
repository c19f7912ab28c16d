import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { SourceFile } from '../../../core/contracts/source.js';
import { stableJson } from '../../../core/stable-json.js';
import { readJson } from '../../artifacts/read-json.js';
import { artifactKey, type ArtifactStore, type Wanted } from '../../artifacts/store.js';
import { hubBlob, oidOf } from '../download/hub-blob.js';

/** Version of the form of `resolution` artifacts. */
const codeVersion = 1;
const listingName = 'files.json';

/** `meta` of a `resolution` artifact: the origin of a source's files. */
export const ResolutionMeta = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('local') }),
  /** Local files that a client has put into the store. */
  z.object({ kind: z.literal('imported') }),
  z.object({
    kind: z.literal('hub'),
    /** Canonical id, owner/name. */
    dataset: z.string(),
    commitSha: z.string(),
    config: z.string(),
    split: z.string(),
  }),
]);
export type ResolutionMeta = z.infer<typeof ResolutionMeta>;

const ResolutionListing = z.object({
  /** In reading order, without those of zero bytes. */
  files: z.array(SourceFile).readonly(),
  /** Zero-byte files, which are skipped. */
  emptyFiles: z.array(z.string()).readonly(),
});
export type ResolutionListing = z.infer<typeof ResolutionListing>;

export interface Resolution extends ResolutionListing {
  readonly meta: ResolutionMeta;
}

/** Stores a resolution under the key of its content, so that the same files give the same artifact. */
export async function putResolution(
  store: ArtifactStore,
  meta: ResolutionMeta,
  listing: ResolutionListing,
): Promise<ArtifactRef> {
  const ref = { kind: 'resolution', key: artifactKey('resolution', codeVersion, { meta, listing }) } as const;
  if ((await store.find(ref)) !== undefined) return ref;
  await store.put(ref, async (dir) => {
    await writeFile(join(dir, listingName), stableJson(listing));
    return meta;
  });
  return ref;
}

/**
 * The pinned files of a source.
 *
 * @throws {HeadraceError} ArtifactMissingError.
 */
export async function readResolution(store: ArtifactStore, ref: ArtifactRef): Promise<Resolution> {
  const artifact = await store.get(ref);
  const listing = await readJson(store, artifact, listingName, ResolutionListing);
  return { meta: ResolutionMeta.parse(artifact.meta), ...listing };
}

/** A source's file for `store.bring`, once it is downloaded. */
export function wantedFile(meta: ResolutionMeta, file: SourceFile): Wanted {
  switch (meta.kind) {
    case 'local':
      return { path: file.path };
    case 'imported':
      return { blob: { oid: oidOf(file), sizeBytes: file.sizeBytes, name: file.path } };
    case 'hub':
      return { blob: hubBlob({ kind: 'dataset', id: meta.dataset }, file) };
  }
}
