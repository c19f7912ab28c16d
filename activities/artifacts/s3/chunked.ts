import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { HeadraceError } from '../../../core/errors.js';
import type { Blob, ByteRange } from '../store.js';
import { blobChunkKey, fileKey, manifestKey, wholeKey } from './layout.js';
import { ArtifactManifest, type BlobManifest, type StoredFile } from './manifests.js';
import type { Objects } from './objects.js';
import { readManifest } from './read-manifest.js';

/** A file in the bucket, as chunks whose SHA-256 is known. */
export interface Chunked {
  /** Equal names mean equal content. */
  readonly name: string;
  /** For messages. */
  readonly shown: string;
  readonly sizeBytes: number;
  readonly chunkBytes: number;
  /** Bytes of one object: the whole file, or a chunk. */
  readonly objectBytes: number;
  /** SHA-256 of each chunk, in hex. */
  readonly digests: readonly string[];
  /** The object that has a stretch of the file which is inside one object, and where. */
  object(range: ByteRange): { readonly key: string; readonly range: ByteRange };
  /** Removes what names the file, so that it is made again or its object `key` is fetched again. */
  forget(objects: Objects, key: string): Promise<void>;
}

/** A file of an artifact, which is one object. */
export function chunkedFile(
  ref: ArtifactRef,
  writer: string,
  file: string,
  { sizeBytes, chunks }: StoredFile,
  chunkBytes: number,
): Chunked {
  const key = fileKey(ref, writer, file);
  return {
    name: key,
    shown: `${file} of ${ref.kind} ${ref.key}`,
    sizeBytes,
    chunkBytes,
    objectBytes: sizeBytes,
    digests: chunks,
    object: (range) => ({ key, range }),
    forget: async (objects) => {
      const now = await readManifest(objects, manifestKey(ref), ArtifactManifest);
      // Another writer may have replaced the artifact.
      if (now?.writer === writer) await objects.remove([manifestKey(ref)]);
    },
  };
}

/** A blob, of which each chunk is an object. */
export function chunkedBlob({ oid, name }: Blob, { sizeBytes, chunkBytes, chunks }: BlobManifest): Chunked {
  return {
    name: wholeKey(oid),
    shown: `${name} (${oid})`,
    sizeBytes,
    chunkBytes,
    objectBytes: chunkBytes,
    digests: chunks,
    object: ({ from, to }) => {
      const chunk = Math.floor(from / chunkBytes);
      const start = chunk * chunkBytes;
      return { key: blobChunkKey(oid, chunk), range: { from: from - start, to: to - start } };
    },
    forget: (objects, key) => objects.remove([wholeKey(oid), key]),
  };
}

/** The bytes of a chunk. */
export function rangeOfChunk({ sizeBytes, chunkBytes }: Chunked, chunk: number): ByteRange {
  return { from: chunk * chunkBytes, to: Math.min(sizeBytes, (chunk + 1) * chunkBytes) };
}

/** How many bytes chunks have together. */
export function bytesIn(file: Chunked, chunks: Iterable<number>): number {
  let bytes = 0;
  for (const chunk of chunks) {
    const { from, to } = rangeOfChunk(file, chunk);
    bytes += to - from;
  }
  return bytes;
}

/** The chunks that have bytes of the ranges, ascending; all of them without ranges. */
export function chunksOf(file: Chunked, ranges: readonly ByteRange[] | undefined): Set<number> {
  const all = ranges ?? [{ from: 0, to: file.sizeBytes }];
  const chunks = new Set<number>();
  for (const { from, to } of all) {
    if (from < 0 || to > file.sizeBytes)
      throw new HeadraceError(
        'ArtifactCorruptError',
        `${file.shown} has ${file.sizeBytes} bytes, and bytes ${from} to ${to} are asked for`,
      );
    for (let at = from; at < to; at = (Math.floor(at / file.chunkBytes) + 1) * file.chunkBytes)
      chunks.add(Math.floor(at / file.chunkBytes));
  }
  return chunks;
}
