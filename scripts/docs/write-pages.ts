import { writeFile } from 'node:fs/promises';
import { packagePath } from '../../files/package-path.js';
import { troubleshootingPage } from './error-guide.js';
import { recipePage } from './recipe-reference.js';
import { recipeJsonSchema } from '../../client/recipe/json-schema.js';

/** Writes what is made from the code, for editors and readers. */
await writeFile(packagePath('docs/troubleshooting.md'), troubleshootingPage());
await writeFile(packagePath('docs/recipe.md'), recipePage());
await writeFile(packagePath('recipes/recipe.schema.json'), recipeJsonSchema());
