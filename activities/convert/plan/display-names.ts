import { dirname, sep } from 'node:path';

/**
 * The names of a source's files in results: their paths below the folder that they share, so that results do
 * not depend on where that folder is. The name of a single file is its base name.
 */
export function displayNames(paths: readonly string[]): readonly string[] {
  const folders = paths.map((path) => dirname(path).split(sep));
  let shared = folders[0] ?? [];
  for (const folder of folders) {
    const differs = shared.findIndex((part, index) => folder[index] !== part);
    if (differs !== -1) shared = shared.slice(0, differs);
  }
  return paths.map((path) => path.split(sep).slice(shared.length).join('/'));
}
