import { writeFile } from 'node:fs/promises';
import { recipeJsonSchema } from '../../client/recipe/json-schema.js';
import { packagePath } from '../../files/package-path.js';
import { modelsPage } from './models-page.js';
import { recipePage } from './recipe-page.js';
import { troubleshootingPage } from './troubleshooting-page.js';

/** `npm run docs`: writes the pages and the JSON Schema that are made from the code. */
await writeFile(packagePath('docs/troubleshooting.md'), troubleshootingPage());
await writeFile(packagePath('docs/models.md'), modelsPage());
await writeFile(packagePath('docs/recipe.md'), recipePage());
await writeFile(packagePath('recipes/recipe.schema.json'), recipeJsonSchema());
