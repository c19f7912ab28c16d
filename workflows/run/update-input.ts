import { missingPrice } from '../../core/cost/budget.js';
import type { Run } from './run.js';

/**
 * Checks of what an update was sent. Updates come from the commands, but also by hand from the Temporal UI
 * and from other clients. Each check throws an Error, which refuses the update before it is in the history.
 */

/** Characters. The note is kept in the history, whose payloads stay small. */
const longestNote = 4_000;
/** Characters of a refused input that the refusal shows. */
const shownInput = 200;

/** The text at `key`. @throws {Error} which shows what the update takes. */
export function textAt(input: unknown, key: string, run: Run): string {
  const value = fieldOf(input, key);
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`expected {"${key}": "…"}, found ${shown(input)}; ${run.waits.describe()}`);
}

/** The note of an update, which may be left out. */
export function noteIn(input: unknown): string {
  const note = fieldOf(input, 'note') ?? '';
  if (typeof note !== 'string') throw new Error(`expected {"note": "…"}, found ${shown(input)}`);
  if (note.length > longestNote) throw new Error(`a note has at most ${longestNote} characters`);
  return note;
}

/** A change of the recipe brings a memo of the changed recipe, which the commands make. */
export function mustHaveMemo(input: unknown, command: string): void {
  const memo = fieldOf(input, 'memo');
  if (typeof fieldOf(memo, 'recipe') !== 'string' || typeof fieldOf(memo, 'recipeHash') !== 'string')
    throw new Error(`expected a memo of the changed recipe; use \`npx headrace ${command}\`, which makes it`);
}

/** Caps for sources that the recipe has. */
export function mustBeCaps(caps: unknown, run: Run): void {
  if (typeof caps !== 'object' || caps === null || Object.keys(caps).length === 0)
    throw new Error(`expected {"caps": {"NAME": {"rows": 500}}}, found ${shown(caps)}`);
  for (const [name, cap] of Object.entries(caps)) {
    if (!run.recipe.sources.some((source) => source.name === name))
      throw new Error(`the recipe has no source "${name}"`);
    if (!isCap(cap))
      throw new Error(
        `${name}: expected {"rows": 1 or more}, {"share": above 0, at most 1} or {} for all, found ${shown(cap)}`,
      );
  }
}

function isCap(cap: unknown): boolean {
  const [rows, share] = [fieldOf(cap, 'rows'), fieldOf(cap, 'share')];
  const isRows = rows === undefined || (Number.isSafeInteger(rows) && Number(rows) >= 1);
  const isShare = share === undefined || (typeof share === 'number' && share > 0 && share <= 1);
  return typeof cap === 'object' && isRows && isShare && (rows === undefined || share === undefined);
}

/** A budget as `train.budget`, or `null` for none. One of money needs the price of the training. */
export function mustBeBudget(budget: unknown, run: Run): void {
  if (budget === null) return;
  const [tokens, usd] = [fieldOf(budget, 'tokens'), fieldOf(budget, 'usd')];
  const isTokens = tokens === undefined || (Number.isSafeInteger(tokens) && Number(tokens) >= 1);
  const isUsd = usd === undefined || (typeof usd === 'number' && usd > 0);
  if (!isTokens || !isUsd || (tokens === undefined && usd === undefined))
    throw new Error(
      `expected {"budget": {"tokens": 1 or more, "usd": above 0}}, one of them or null, found ${shown(budget)}`,
    );
  const { cost } = run.view.state;
  const problem = usd === undefined || cost === null ? undefined : missingPrice({ usd }, cost.price);
  if (problem !== undefined) throw new Error(`budget.usd ${problem}`);
}

export function fieldOf(input: unknown, key: string): unknown {
  return typeof input === 'object' && input !== null
    ? Object.entries(input).find(([name]) => name === key)?.[1]
    : undefined;
}

function shown(input: unknown): string {
  return (JSON.stringify(input) ?? 'nothing').slice(0, shownInput);
}
