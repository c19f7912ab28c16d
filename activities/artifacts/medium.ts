import type { Objects } from './s3/objects.js';

/** What a store is made of: a folder of this disk, or objects of a bucket. */
export type Medium =
  | { readonly kind: 'folder'; readonly root: string }
  | { readonly kind: 'objects'; readonly objects: Objects };
