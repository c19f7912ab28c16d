import { createTinkerAccess } from '../../activities/train/server/tinker-access.js';
import { checksSummary } from './checks.js';
import { HeadraceError } from '../../core/errors.js';
import { commandEnvironment } from '../environment.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { interruptible } from '../process/interrupt.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { print, say } from '../text/output.js';
import { ShownChecks } from './show-checks.js';
import { tinkerSmoke } from './tinker-smoke/tinker-smoke.js';

/**
 * Runs `headrace doctor [RECIPE] --tinker-smoke`: all calls of a run on the Tinker server, with the recipe's
 * base model or else the smallest that the server trains. Returns exit code 1 where a check fails.
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
        baseModel: recipe?.train?.base_model,
        onCheck: (check) => shown.add(check),
      });
    } catch (error) {
      if (signal.aborted) return exitCodes.interrupted;
      throw error;
    }
    const { ok, checks } = shown;
    if (json) print(JSON.stringify({ ok, server: access.baseUrl, checks }, null, 2));
    else print(`\n${access.baseUrl}: ${checksSummary(checks)}.`);
    return ok ? exitCodes.done : exitCodes.failed;
  });
}
