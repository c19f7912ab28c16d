import { createHash } from 'node:crypto';
import type { Commit, RepositoryFile } from './repositories.js';

/** An entry of a file listing, as the Hub's API has it. */
export interface TreeEntry {
  readonly type: 'file' | 'directory';
  readonly oid: string;
  readonly size: number;
  readonly path: string;
  readonly lfs?: { readonly oid: string; readonly size: number; readonly pointerSize: number };
}

/** The entries of a folder (`''`: the root) by path; with `recursive`, those of its subfolders too. */
export function treeEntries(commit: Commit, folder: string, recursive: boolean): TreeEntry[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const entries: TreeEntry[] = [];
  const folders = new Set<string>();
  for (const file of commit.files) {
    if (!file.path.startsWith(prefix)) continue;
    const inner = file.path.slice(prefix.length).split('/');
    const deepest = recursive ? inner.length - 1 : Math.min(1, inner.length - 1);
    for (let depth = 1; depth <= deepest; depth += 1) folders.add(prefix + inner.slice(0, depth).join('/'));
    if (recursive || inner.length === 1) entries.push(fileEntry(file));
  }
  for (const path of folders) {
    const oid = createHash('sha1').update(`${commit.sha} ${path}`).digest('hex');
    entries.push({ type: 'directory', oid, size: 0, path });
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function fileEntry({ oid, path, sizeBytes, lfs }: RepositoryFile): TreeEntry {
  const entry: TreeEntry = { type: 'file', oid, size: sizeBytes, path };
  if (lfs === undefined) return entry;
  return { ...entry, lfs: { oid: lfs.sha256, size: sizeBytes, pointerSize: lfs.pointerSize } };
}
