import type { ArtifactRef } from '../../../core/contracts/artifact.js';

/**
 * The keys of a store in a bucket. The two digits after a kind spread the requests: a service limits their
 * rate by prefix. No key is the folder of another one: services that keep objects as files refuse that.
 */
export const storeIdKey = 'store-id';

/** Ids of which one becomes that of the store. */
export const storeIdCandidateKey = 'store-id-candidate';

/** Folder of an artifact, with a slash at its end. */
export function artifactPrefix({ kind, key }: ArtifactRef): string {
  return `artifacts/${kind}/${key.slice(0, 2)}/${key}/`;
}

/** The manifest of an artifact, which is written last. */
export const manifestKey = (ref: ArtifactRef): string => `${artifactPrefix(ref)}manifest.json`;

/** A file of an artifact. Each writer has a folder of its own, so that no object is ever rewritten. */
export const fileKey = (ref: ArtifactRef, writer: string, file: string): string =>
  `${artifactPrefix(ref)}${writer}/${file}`;

/** Folder of a blob, with a slash at its end. */
export const blobPrefix = (oid: string): string => `blobs/${oid.slice(0, 2)}/${oid}/`;

/** A chunk of a blob, counted from 0. */
export const blobChunkKey = (oid: string, chunk: number): string =>
  `${blobPrefix(oid)}${String(chunk).padStart(6, '0')}`;

/** What is known of a blob, written when the hash of the whole was right. */
export const wholeKey = (oid: string): string => `${blobPrefix(oid)}whole`;

/** Folder of the notes. */
export const notesPrefix = 'notes/';
