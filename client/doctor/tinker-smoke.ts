import { defaultStoreRoot } from '../../activities/artifacts/store.js';
import { tinkerSmoke } from '../tinker/smoke.js';
import { createTinkerAccess } from '../../activities/train/server/tinker-access.js';
import { checkLines, checksSummary, failed, passed, type Check } from './checks.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { Secrets } from '../../core/secrets.js';
import { workerEnvironment } from '../../worker/environment.js';
import { print, say } from '../text/output.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { readRecipeFile } from '../recipe/recipe-file.js';

export interface SmokeOptions {
  readonly set: readonly string[];
  readonly json?: boolean;
}

/**
 * `headrace doctor [RECIPE] --tinker-smoke`: does on the Tinker server what a run does, as small as it can be, and says of each step
 * how it went. Takes the recipe's base model, else the smallest that the server trains. Looks at nothing but Tinker, so that
 * the exit code speaks of it alone: 0, or 1 where a step failed.
 */
export async function smoke(path: string | undefined, options: SmokeOptions): Promise<ExitCode> {
  const recipe = path === undefined ? undefined : await readRecipeFile(path, { set: options.set });
  if (recipe !== undefined && recipe.train === undefined)
    throw new HeadraceError('UsageError', `${recipe.name} is a data job: it needs no Tinker server`);
  const env = await workerEnvironment(process.env, defaultStoreRoot());
  const access = createTinkerAccess({ env, onWarning: say });
  const { scrub } = new Secrets(env);
  const checks: Check[] = [];
  const tell = (check: Check): void => {
    const clean = { ...check, message: scrub(check.message) };
    checks.push(clean);
    if (options.json !== true) print(checkLines(clean).join('\n'));
  };
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort(new Error('Interrupted'));
  process.once('SIGINT', stop);
  try {
    await tinkerSmoke({
      access,
      signal: interrupted.signal,
      ...defined({ baseModel: recipe?.train?.base_model }),
      onStep: ({ what, detail, ms }) => tell(passed(what, `${detail} (${ms} ms)`)),
    });
  } catch (error) {
    if (interrupted.signal.aborted) return exitCodes.interrupted;
    tell(failed('tinker smoke', error));
  } finally {
    process.removeListener('SIGINT', stop);
  }
  const ok = checks.every(({ status }) => status !== 'failed');
  if (options.json === true) print(JSON.stringify({ ok, server: access.baseUrl, checks }, null, 2));
  else print(`\n${access.baseUrl}: ${checksSummary(checks)}.`);
  return ok ? exitCodes.done : exitCodes.failed;
}
