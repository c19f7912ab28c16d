import type { Command } from 'commander';
import { exampleForms, rendererNames, trainOnModes } from '../../core/recipe.js';
import { action } from '../command-line/action.js';
import { oneOf, positiveInteger, setOption } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { openLocalWork } from '../local-work.js';
import { interruptible } from '../process/interrupt.js';
import { printAll, say } from '../text/output.js';
import { inkFor } from '../text/token-ink.js';
import { TokensText } from '../text/tokens.js';
import { chooseModel, tokenizerSources, type ChosenModel } from '../tokens/chosen-model.js';
import { readRequest, type RequestOptions } from '../tokens/request.js';
import { jsonForm, type TokensForm } from '../tokens/tokens-form.js';
import { tokensOutput } from '../tokens/tokens-output.js';

interface TokensOptions extends RequestOptions {
  readonly line: number;
  readonly rows: number;
  readonly full?: boolean;
  readonly ids?: boolean;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('tokens')
    .description('show how conversations are written for a model: the tokens, and which of them are trained')
    .argument(
      '<from>',
      'a recipe (.yaml): rows of its sources; or a file of lines such as train.jsonl; or - for standard input',
    )
    .argument('[lines]', 'behind a recipe, such a file or -: its lines, written for the model of the recipe')
    .addOption(setOption())
    .option('--source <name>', 'rows of this source alone')
    .option('--line <n>', 'from this line or row on', positiveInteger, 1)
    .option('-n, --rows <n>', 'conversations of the file, or of each source', positiveInteger, 3)
    .option('--model <name>', 'a base model; without a recipe, one is needed')
    .option(
      '--renderer <name>',
      `default by recipe or model; ${rendererNames.join(', ')}`,
      oneOf(rendererNames),
    )
    .option(
      '--tokenizer <name>',
      'default by recipe or model; a folder (starting with . or /), or owner/name@revision',
    )
    .option(
      '--train-on <mode>',
      `what is trained, default by recipe; ${trainOnModes.join(', ')}`,
      oneOf(trainOnModes),
    )
    .option(
      '--examples <form>',
      `what an example is, default by recipe; ${exampleForms.join(', ')}`,
      oneOf(exampleForms),
    )
    .option('--max-tokens <n>', 'where longer conversations are cut', positiveInteger)
    .option('--full', 'long texts whole')
    .option('--ids', 'a line for each token, with its position and id')
    .option('--json', 'a JSON line for each example: tokens, weights, prompt, stop')
    .addHelpText(
      'after',
      exampleText(
        ['tokens recipes/stage1.yaml --source lmsys', 'before anything is run'],
        ['tokens recipes/stage1.yaml runs/stage1/train.jsonl --line 17', 'a line of the mix'],
        ['tokens chats.jsonl --model Qwen/Qwen3-8B --train-on last_assistant_turn'],
        ['tokens chats.jsonl --model Qwen/Qwen3-8B -n 1000 --json', 'for other programs'],
      ),
    )
    .action(action(tokens));
}

/** Returns exit code 1 where a source could not be read; the others are shown. */
async function tokens(from: string, lines: string | undefined, options: TokensOptions): Promise<ExitCode> {
  const request = await readRequest(from, lines, options);
  const local = await openLocalWork();
  return await interruptible(async (signal) => {
    let failures = 0;
    try {
      const model = await chooseModel(request.model, tokenizerSources(local.hub, local.env), signal);
      const output = tokensOutput(request, {
        local,
        work: { ...local.work, signal },
        model,
        form: formOf(options, model),
        from: options.line,
        rows: options.rows,
        onFailure: () => (failures += 1),
      });
      await printAll(output);
      return failures > 0 ? exitCodes.failed : exitCodes.done;
    } catch (error) {
      if (!signal.aborted) throw error;
      say('Interrupted.');
      return exitCodes.interrupted;
    }
  });
}

function formOf({ json, full, ids }: TokensOptions, { encoder }: ChosenModel): TokensForm {
  if (json === true) return jsonForm;
  return new TokensText(encoder, {
    ink: inkFor(process.stdout),
    full: full === true,
    ids: ids === true,
  });
}
