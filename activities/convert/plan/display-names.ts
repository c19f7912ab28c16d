import { dirname, sep } from 'node:path';

/**
 * What a source's files are called in results: their paths below the folder that they share, so that results do not
 * depend on where a person keeps their data. One file goes by its own name.
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
