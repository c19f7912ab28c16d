import { createTinkerAccess } from '../../activities/train/server/tinker-access.js';
import { checksSummary, failed, passed } from './checks.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { commandEnvironment } from '../environment.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { interruptible } from '../process/interrupt.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { print, say } from '../text/output.js';
import { tinkerSmoke } from '../tinker/smoke.js';
import { ShownChecks } from './show-checks.js';

/**
 * Runs `headrace doctor [RECIPE] --tinker-smoke`: all calls of a run on the Tinker server, with the recipe's
 * base model or else the smallest that the server trains. Returns exit code 1 where a call fails.
 */
export async function tryTinker(recipe: ResolvedRecipe | undefined, json: boolean): Promise<ExitCode> {
  if (recipe !== undefined && recipe.train === undefined)
    throw new HeadraceError('UsageError', `${recipe.name} is a data job: it needs no Tinker server`);
  const access = createTinkerAccess({ env: await commandEnvironment(), onWarning: say });
  const shown = new ShownChecks(json);
  return await interruptible(async (signal) => {
    try {
      await tinkerSmoke({
        access,
        signal,
        ...defined({ baseModel: recipe?.train?.base_model }),
        onStep: ({ what, detail, ms }) => shown.add(passed(what, `${detail} (${ms} ms)`)),
      });
    } catch (error) {
      if (signal.aborted) return exitCodes.interrupted;
      shown.add(failed('tinker smoke', error));
    }
    const { ok, checks } = shown;
    if (json) print(JSON.stringify({ ok, server: access.baseUrl, checks }, null, 2));
    else print(`\n${access.baseUrl}: ${checksSummary(checks)}.`);
    return ok ? exitCodes.done : exitCodes.failed;
  });
}
