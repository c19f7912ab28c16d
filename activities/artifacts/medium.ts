import type { Objects } from './s3/objects.js';

/** What a store is made of: a folder of this disk, or objects of a bucket. */
export type Medium =
  | { readonly kind: 'folder'; readonly root: string }
  | { readonly kind: 'objects'; readonly objects: Objects };

/** The folder of a store that is in a folder, for what is done there only. */
export function folderOf({ medium }: { readonly medium: Medium }): string {
  if (medium.kind === 'folder') return medium.root;
  throw new Error(`${medium.objects.place} is no folder`);
}
