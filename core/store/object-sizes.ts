/** Bytes of a chunk of an artifact's file: the unit in which it is verified and brought. */
export const fileChunkBytes = 8 << 20;

/** Bytes of a chunk of a blob, each an object; the last one may be shorter. */
export const blobChunkBytes = 16 << 20;

/** Files are inside a manifest while they have so many bytes together. */
export const contentBytes = 256 << 10;

/** A larger file is sent in parts of this size. */
export const partBytes = 128 << 20;

/** The most bytes of one request for a range that is read once. */
export const stretchBytes = 16 << 20;

/** The least bytes of a part of a joined object, but for the last one. */
export const leastPartBytes = 5 << 20;

/** In a bucket, train.jsonl is one object up to this size. */
export const largestResultBytes = 5e9;

/** A result in a bucket is read once more for its SHA-256 up to this size: about a minute. */
export const mostHashedBytes = 64e9;
