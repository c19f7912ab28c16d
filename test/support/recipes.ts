import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRecipe } from '../../client/recipe/recipe-file.js';
import type { ResolvedRecipe } from '../../client/recipe/recipe-file.js';

/**
 * A recipe from YAML, its paths under `folder`.
 *
 * @param store - place of the store of the run. @default a folder
 */
export function recipeFrom(yaml: string, folder: string, store = folder): ResolvedRecipe {
  return parseRecipe(yaml, 'test.yaml', { cwd: folder, store });
}

/** A recipe file for the command line. */
export async function writeRecipe(folder: string, yaml: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'recipe.yaml');
  await writeFile(path, yaml);
  return path;
}
