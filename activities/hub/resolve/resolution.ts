import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { SourceFile } from '../../../core/contracts/source.js';
import type { ArtifactStore } from '../../artifacts/store.js';

/**
 * The `resolution` artifact: which files a source has, pinned. `meta` says where they come from, `files.json` lists
 * them in reading order. Everything downstream reads files through {@link readResolution}.
 */
export const ResolutionMeta = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('local') }),
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

const optionalText = z.string().exactOptional();
export const ResolutionFiles = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      sizeBytes: z.number(),
      sha256: optionalText,
      gitOid: optionalText,
      mtimeNs: optionalText,
    }),
  ),
  /** Zero-byte files that were skipped. */
  emptyFiles: z.array(z.string()),
});

export interface Resolution {
  readonly meta: ResolutionMeta;
  readonly files: readonly SourceFile[];
  readonly emptyFiles: readonly string[];
}

/** @throws {HeadraceError} ArtifactMissingError. */
export async function readResolution(store: ArtifactStore, ref: ArtifactRef): Promise<Resolution> {
  const artifact = await store.get(ref);
  const listing = ResolutionFiles.parse(JSON.parse(await readFile(artifact.path('files.json'), 'utf8')));
  return { meta: ResolutionMeta.parse(artifact.meta), ...listing };
}

/**
 * Where the bytes of a source's file are on this disk. Hub files are kept by content, in
 * `<store>/hub/datasets--<owner>--<name>/blobs/<sha256 or git oid>`, so that a file that two commits share is fetched once.
 */
export function localPathOf(store: ArtifactStore, meta: ResolutionMeta, file: SourceFile): string {
  return meta.kind === 'local' ? file.path : join(hubFolder(store, meta.dataset), 'blobs', oidOf(file));
}

/** `<store>/hub/datasets--<owner>--<name>`. */
export function hubFolder(store: ArtifactStore, dataset: string): string {
  return join(store.root, 'hub', `datasets--${dataset.replaceAll('/', '--')}`);
}

/** What identifies a Hub file's content: the LFS SHA-256, or the git blob id of a plain file. */
export function oidOf(file: SourceFile): string {
  const oid = file.sha256 ?? file.gitOid;
  if (oid === undefined || !/^[0-9a-f]{40,64}$/.test(oid))
    throw new Error(`${file.path} has no content hash`);
  return oid;
}
