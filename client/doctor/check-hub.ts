import { whoAmI } from '../../activities/hub/http/whoami.js';
import { failed, passed, warned } from './checks.js';
import type { Check } from './checks.js';
import type { Env } from '../../core/env.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';

/** The Hugging Face token and its account. Nothing for a recipe without Hub sources. */
export async function checkHub(
  env: Env,
  recipe: ResolvedRecipe | undefined,
  signal: AbortSignal,
): Promise<Check[]> {
  if (recipe?.sources.every((source) => source.dataset === undefined) === true) return [];
  try {
    const { endpoint, offline, tokenFrom, account } = await whoAmI(env, signal);
    if (offline) return [passed('hub', `HF_HUB_OFFLINE is set: no request to ${endpoint}`)];
    if (tokenFrom === undefined)
      return [
        warned(
          'hub token',
          `none for ${endpoint}: open datasets only`,
          'For gated or private ones set HF_TOKEN on the worker, or run `hf auth login` there.',
        ),
      ];
    const owner = account === undefined ? 'the Hub does not name its account' : `account ${account}`;
    return [passed('hub token', `from ${tokenFrom}, ${owner}, at ${endpoint}`)];
  } catch (error) {
    return [failed('hub token', error)];
  }
}
