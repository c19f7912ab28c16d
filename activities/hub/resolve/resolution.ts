import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { SourceFile } from '../../../core/contracts/source.js';
import { stableJson } from '../../../core/stable-json.js';
import { artifactKey, type ArtifactStore } from '../../artifacts/store.js';
import { blobPath } from '../download/blob-paths.js';

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
  const listing = ResolutionListing.parse(JSON.parse(await store.text(artifact, listingName)));
  return { meta: ResolutionMeta.parse(artifact.meta), ...listing };
}

/** The path of a source's file on this disk, once it is downloaded. */
export function localPathOf(store: ArtifactStore, meta: ResolutionMeta, file: SourceFile): string {
  return meta.kind === 'hub' ? blobPath(store, { kind: 'dataset', id: meta.dataset }, file) : file.path;
}
