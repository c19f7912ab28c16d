import { writeFile } from 'node:fs/promises';
import { packagePath } from '../../../client/dev.js';
import { troubleshootingPage } from '../../../client/error-guide.js';
import { recipePage } from '../../../client/recipe-reference.js';
import { recipeJsonSchema } from '../../../client/recipe-schema.js';

/** Writes what is made from the code, for editors and readers. */
await writeFile(packagePath('docs/troubleshooting.md'), troubleshootingPage());
await writeFile(packagePath('docs/recipe.md'), recipePage());
await writeFile(packagePath('recipes/recipe.schema.json'), recipeJsonSchema());
