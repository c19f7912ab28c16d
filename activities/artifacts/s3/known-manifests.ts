import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { S3Artifact } from './s3-artifact.js';

/** Bytes of contents and digests that are kept. */
const mostBytes = 64 << 20;

/**
 * Artifacts that this process has read, so that a mix does not ask for the manifest of every piece again in
 * every partition. An artifact never changes; where one was damaged or removed, reading it fails, and all are
 * forgotten. When there are too many, those go that were read first.
 */
export class KnownManifests {
  readonly #known = new Map<string, { readonly artifact: S3Artifact; readonly bytes: number }>();
  #bytes = 0;

  get({ kind, key }: ArtifactRef): S3Artifact | undefined {
    return this.#known.get(`${kind}/${key}`)?.artifact;
  }

  add(artifact: S3Artifact): void {
    const { kind, key } = artifact.ref;
    const name = `${kind}/${key}`;
    if (this.#known.has(name)) return;
    const { bytes } = artifact;
    this.#known.set(name, { artifact, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#known) {
      if (this.#bytes <= mostBytes) break;
      this.#known.delete(oldest);
      this.#bytes -= freed;
    }
  }

  clear(): void {
    this.#known.clear();
    this.#bytes = 0;
  }
}
