import { z } from 'zod';

/** A file of an artifact: its content in base64, or the SHA-256 of each of its chunks, in hex. */
const StoredFile = z.object({
  sizeBytes: z.number(),
  content: z.string().optional(),
  chunks: z.array(z.string()).default([]),
});
export type StoredFile = z.infer<typeof StoredFile>;

/** The manifest of an artifact in a bucket. */
export const ArtifactManifest = z.object({
  kind: z.string(),
  key: z.string(),
  /** Folder of its files. */
  writer: z.string(),
  chunkBytes: z.number(),
  files: z.record(z.string(), StoredFile),
  meta: z.unknown().optional(),
});

/** What is known of a blob whose chunks are in the bucket and whose own hash was right. */
export const BlobManifest = z.object({
  sizeBytes: z.number(),
  chunkBytes: z.number(),
  /** SHA-256 of each chunk, in hex; none where the content is here. */
  chunks: z.array(z.string()),
  /** The content in base64, of a blob of at most `contentBytes`: it has no chunks. */
  content: z.string().optional(),
});
export type BlobManifest = z.infer<typeof BlobManifest>;
