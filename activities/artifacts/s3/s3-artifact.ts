import type { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { Artifact, FileFacts } from '../store.js';
import { chunkedFile, type Chunked } from './chunked.js';
import { fileKey } from './layout.js';
import type { ArtifactManifest } from './manifests.js';

/** Of a SHA-256 in hex, with its quotes and comma. */
const digestBytes = 67;
/** Of a manifest without files. */
const manifestBytes = 512;

/** An artifact of a bucket, by its manifest. */
export class S3Artifact implements Artifact {
  readonly ref: ArtifactRef;
  readonly writer: string;
  readonly #manifest: z.infer<typeof ArtifactManifest>;

  constructor(ref: ArtifactRef, manifest: z.infer<typeof ArtifactManifest>) {
    this.ref = ref;
    this.writer = manifest.writer;
    this.#manifest = manifest;
  }

  get meta(): unknown {
    return this.#manifest.meta;
  }

  get files(): Readonly<Record<string, FileFacts>> {
    return this.#manifest.files;
  }

  /** Size of the manifest, about. */
  get bytes(): number {
    return Object.values(this.#manifest.files).reduce(
      (sum, { content, chunks }) => sum + (content?.length ?? 0) + chunks.length * digestBytes,
      manifestBytes + JSON.stringify(this.#manifest.meta ?? null).length,
    );
  }

  /** The content of a file that is inside the manifest. */
  content(name: string): Buffer | undefined {
    const { content } = this.#stored(name);
    return content === undefined ? undefined : Buffer.from(content, 'base64');
  }

  /** The key of a file that is an object of its own; `undefined` where it is inside the manifest. */
  objectOf(name: string): string | undefined {
    const { content } = this.#stored(name);
    return content === undefined ? fileKey(this.ref, this.writer, name) : undefined;
  }

  /** A file that is an object of its own. */
  chunked(name: string): Chunked {
    return chunkedFile(this.ref, this.writer, name, this.#stored(name), this.#manifest.chunkBytes);
  }

  #stored(name: string): z.infer<typeof ArtifactManifest>['files'][string] {
    const stored = this.#manifest.files[name];
    if (stored === undefined) throw new Error(`${this.ref.kind} ${this.ref.key} has no file ${name}`);
    return stored;
  }
}
