import type { Budget } from '../cost/budget.js';
import type { Source } from '../recipe.js';

/** What a run's memo holds of its recipe. The client makes a new one for each change of the recipe. */
export interface RecipeMemo {
  readonly recipeHash: string;
  readonly recipe: string;
}

/** Another definition of a parked source, validated by the client. Its name stays. */
export interface ReplaceSourceInput {
  readonly source: Source;
  readonly memo: RecipeMemo;
}

/** How much of a source the mix takes; `{}` is all of it. */
export interface Cap {
  readonly rows?: number;
  readonly share?: number;
}

/** Other caps for some sources, by name. */
export interface ChangeCapsInput {
  readonly caps: Readonly<Record<string, Cap>>;
  readonly note: string;
  readonly memo: RecipeMemo;
}

/** Another budget for the training; `null`: none. */
export interface ChangeBudgetInput {
  readonly budget: Budget | null;
  readonly note: string;
  readonly memo: RecipeMemo;
}
