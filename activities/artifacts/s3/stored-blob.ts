import { stableJson } from '../../../core/stable-json.js';
import type { Blob, ByteRange } from '../store.js';
import { blobChunkKey, blobPrefix, wholeKey } from './layout.js';
import { blobChunkBytes, contentBytes } from '../../../core/store/object-sizes.js';
import { BlobManifest } from './manifests.js';
import type { Objects } from './objects.js';

/** A chunk of a blob. */
export interface BlobChunk extends ByteRange {
  /** Counted from 0. */
  readonly index: number;
}

/**
 * The objects of one blob: its chunks, which anyone may write in any order, and its manifest, which is
 * written when the hash of the whole was right. Two writers put equal bytes under equal keys.
 */
export class StoredBlob {
  readonly #objects: Objects;
  readonly #blob: Pick<Blob, 'oid' | 'sizeBytes'>;
  readonly #chunkBytes: number;

  constructor(objects: Objects, blob: Pick<Blob, 'oid' | 'sizeBytes'>, chunkBytes = blobChunkBytes) {
    this.#objects = objects;
    this.#blob = blob;
    this.#chunkBytes = chunkBytes;
  }

  /** Whether the blob is there, complete and verified. A manifest that cannot be read counts as missing. */
  async isWhole(): Promise<boolean> {
    const text = (await this.#objects.get(wholeKey(this.#blob.oid)))?.toString('utf8');
    return text !== undefined && manifestOf(text)?.sizeBytes === this.#blob.sizeBytes;
  }

  /** Its chunks in order, whether they are there or not. */
  chunks(): BlobChunk[] {
    const { sizeBytes } = this.#blob;
    return Array.from({ length: Math.ceil(sizeBytes / this.#chunkBytes) }, (_, index) => ({
      index,
      from: index * this.#chunkBytes,
      to: Math.min(sizeBytes, (index + 1) * this.#chunkBytes),
    }));
  }

  /**
   * The numbers of the chunks that are there, of their full size. One request where it was never begun: a
   * writer begins with the first chunk and is a few chunks ahead of it at most.
   */
  async present(): Promise<ReadonlySet<number>> {
    const chunks = this.chunks();
    const [first] = chunks;
    const found = new Set<number>();
    if (first === undefined || (await this.#objects.lookUp(this.#key(first))) === undefined) return found;
    const expected = new Map(chunks.map((chunk) => [this.#key(chunk), chunk]));
    for await (const { key, sizeBytes } of this.#objects.list(blobPrefix(this.#blob.oid))) {
      const chunk = expected.get(key);
      if (chunk !== undefined && sizeBytes === chunk.to - chunk.from) found.add(chunk.index);
    }
    return found;
  }

  /** Bytes of the chunks that are there. */
  async presentBytes(): Promise<number> {
    const present = await this.present();
    return this.chunks()
      .filter(({ index }) => present.has(index))
      .reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Writes a chunk to the start of a file. False where it is missing or too short. */
  async read(chunk: BlobChunk, descriptor: number, signal: AbortSignal): Promise<boolean> {
    const bytes = chunk.to - chunk.from;
    const target = { descriptor, at: 0 };
    const received = await this.#objects.download(this.#key(chunk), { from: 0, to: bytes }, target, signal);
    return received?.sizeBytes === bytes;
  }

  async write(
    chunk: BlobChunk,
    body: Uint8Array | { readonly path: string },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#objects.put(this.#key(chunk), body, { signal });
  }

  /**
   * Writes the manifest. Its last step: from now on the blob is whole.
   *
   * @param chunks - SHA-256 of each chunk, in hex.
   */
  async finish(chunks: readonly string[]): Promise<void> {
    await this.#writeManifest({ chunks: [...chunks] });
  }

  /** Whether the manifest can hold the content: then {@link writeContent} is all that is to do. */
  get isSmall(): boolean {
    return this.#blob.sizeBytes <= contentBytes;
  }

  /** Writes a small blob: its manifest with the content, whose hash was right. */
  async writeContent(bytes: Buffer): Promise<void> {
    await this.#writeManifest({ chunks: [], content: bytes.toString('base64') });
  }

  async #writeManifest(content: Pick<BlobManifest, 'chunks' | 'content'>): Promise<void> {
    const { oid, sizeBytes } = this.#blob;
    const manifest = { sizeBytes, chunkBytes: this.#chunkBytes, ...content };
    await this.#objects.put(wholeKey(oid), Buffer.from(stableJson(manifest satisfies BlobManifest)));
  }

  /** Removes the manifest and every chunk. */
  async remove(): Promise<void> {
    const { oid } = this.#blob;
    await this.#objects.remove([wholeKey(oid)]);
    await this.#objects.remove(this.chunks().map((chunk) => this.#key(chunk)));
  }

  #key({ index }: BlobChunk): string {
    return blobChunkKey(this.#blob.oid, index);
  }
}

function manifestOf(text: string): BlobManifest | undefined {
  try {
    return BlobManifest.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
