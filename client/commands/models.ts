import type { Command } from 'commander';
import { createTinkerAccess } from '../../activities/train/server/tinker-access.js';
import type { ServerDescription } from '../../activities/train/server/tinker-access.js';
import { HeadraceError } from '../../core/errors.js';
import { compareModels } from '../../core/training/models/compare-models.js';
import { tableSource } from '../../core/training/models/model-table.js';
import { action } from '../command-line/action.js';
import { exampleText } from '../command-line/examples.js';
import { commandEnvironment } from '../environment.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { interruptible } from '../process/interrupt.js';
import { modelJson, modelsText, modelText } from '../text/models.js';
import { print, say } from '../text/output.js';

export function register(program: Command): void {
  program
    .command('models')
    .description('the base models of the table and of the Tinker server, side by side')
    .argument('[part]', 'only names that have this in them, each with all that is known')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      exampleText(['models'], ['models qwen3.8', 'its renderers, tokenizer, contexts and learning rate']),
    )
    .action(action(models));
}

/** Without a server the table is shown alone. */
async function models(part: string | undefined, options: { readonly json?: boolean }): Promise<ExitCode> {
  const server = await askServer();
  const offers = 'models' in server && server.models.length > 0 ? server.models : undefined;
  const shown = compareModels(offers).filter(({ name }) => part === undefined || hasPart(name, part));
  if (shown.length === 0)
    throw new HeadraceError(
      'UsageError',
      `No model of the table or the server has "${part ?? ''}" in its name`,
      {
        remedy: '`npx headrace models` lists all.',
      },
    );
  if (options.json === true)
    print(
      JSON.stringify(
        { table: tableSource, server: serverJson(server), models: shown.map(modelJson) },
        null,
        2,
      ),
    );
  else if (part === undefined) print(modelsText(shown, { table: tableSource, server: serverLine(server) }));
  else print(shown.map(modelText).join('\n\n'));
  return exitCodes.done;
}

function hasPart(name: string, part: string): boolean {
  return name.toLowerCase().includes(part.toLowerCase());
}

async function askServer(): Promise<ServerDescription | HeadraceError> {
  const access = createTinkerAccess({ env: await commandEnvironment(), onWarning: say });
  return await interruptible(async (signal) => {
    try {
      return await access.describeServer(signal);
    } catch (error) {
      if (error instanceof HeadraceError) return error;
      throw error;
    }
  });
}

function serverLine(server: ServerDescription | HeadraceError): string {
  if (server instanceof HeadraceError) return `none: ${server.type}: ${server.message}`;
  return server.models.length === 0 ? `${server.description} lists no models` : server.description;
}

function serverJson(server: ServerDescription | HeadraceError): object {
  if (server instanceof HeadraceError)
    return { error: { type: server.type, message: server.message, remedy: server.remedy } };
  return { description: server.description, models: server.models.length };
}
