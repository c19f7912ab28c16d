import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { recipeJsonSchema } from '../recipe/json-schema.js';
import { print } from '../text/output.js';

export function register(program: Command): void {
  program
    .command('schema')
    .description("print the recipe's JSON Schema, for editors")
    .addHelpText('after', exampleText(['schema > recipe.schema.json']))
    .action(action(schema));
}

async function schema(): Promise<ExitCode> {
  print(recipeJsonSchema().trimEnd());
  return await Promise.resolve(exitCodes.done);
}
