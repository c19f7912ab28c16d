import { blobChunkBytes, contentBytes, fileChunkBytes, partBytes } from '../store/object-sizes.js';
import { noTraffic, requests, sum, times, type Traffic } from './requests.js';

/** Bytes of a small object, about: a manifest or a note. */
const smallBytes = 2000;

/** Reads or writes of manifests and notes. */
export const reads = (count: number): Traffic =>
  requests('GetObject', count, { receivedBytes: count * smallBytes });
export const writes = (count: number): Traffic =>
  requests('PutObject', count, { sentBytes: count * smallBytes });

/** Reads of files in chunks: so many requests, so many bytes. */
export const chunkReads = (count: number, receivedBytes: number): Traffic =>
  requests('GetObject', count, { receivedBytes });

/** Sends a file: as one object, or in parts. */
export function upload(sizeBytes: number): Traffic {
  if (sizeBytes <= partBytes) return requests('PutObject', 1, { sentBytes: sizeBytes });
  return sum(
    requests('CreateMultipartUpload', 1),
    requests('UploadPart', Math.ceil(sizeBytes / partBytes), { sentBytes: sizeBytes }),
    requests('CompleteMultipartUpload', 1),
  );
}

/** Files of an artifact: which are objects, in the order of the sizes given. The smallest are in its manifest. */
export function areObjects(sizes: readonly number[]): readonly boolean[] {
  const bySize = sizes.map((size, at) => ({ size, at })).sort((a, b) => a.size - b.size);
  const found = sizes.map(() => false);
  let left = contentBytes;
  for (const { size, at } of bySize) {
    left -= size;
    found[at] = left < 0;
  }
  return found;
}

/** Puts an artifact with files of these sizes. */
export function put(...sizes: readonly number[]): Traffic {
  const objects = areObjects(sizes);
  const files = sizes.flatMap((size, at) => (objects[at] === true ? [upload(size)] : []));
  return sum(writes(1), ...files);
}

/** Reads a whole file of an artifact into an empty cache. @param isObject - it is not in the manifest. */
export function readFile(sizeBytes: number, isObject: boolean): Traffic {
  return isObject ? chunkReads(Math.ceil(sizeBytes / fileChunkBytes), sizeBytes) : noTraffic;
}

/** Brings a file of the Hub or of the user into the store. */
export function storeBlob(sizeBytes: number): Traffic {
  // It is looked for first.
  if (sizeBytes <= contentBytes) return sum(reads(1), requests('PutObject', 1, { sentBytes: sizeBytes }));
  return sum(
    reads(1),
    requests('HeadObject', 1),
    requests('PutObject', blobChunks(sizeBytes), { sentBytes: sizeBytes }),
    writes(1),
  );
}

/** Objects of a blob, besides its manifest. */
export function blobChunks(sizeBytes: number): number {
  return sizeBytes <= contentBytes ? 0 : Math.ceil(sizeBytes / blobChunkBytes);
}

/** Joins objects to one. */
export function join(parts: number): Traffic {
  return sum(
    requests('CreateMultipartUpload', 1),
    times(parts, requests('UploadPartCopy', 1)),
    requests('CompleteMultipartUpload', 1),
  );
}
