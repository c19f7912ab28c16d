/** Headrace as a library: what the command line does, for programs. */
export { mixRecipe as mix } from './mix/mix-recipe.js';
export type { MixRecipeOptions as MixOptions } from './mix/mix-recipe.js';
export { parseRecipe, readRecipeFile } from './recipe/recipe-file.js';
export type { RecipeFileOptions, ResolvedRecipe } from './recipe/recipe-file.js';
export { connectTemporal } from './temporal/connect.js';
export type { TemporalClient } from './temporal/connect.js';
export { describe, handleOf, recipeOfRun, runState, startRun } from './runs/start-run.js';
export type { StartedRun, StartOptions } from './runs/start-run.js';
export { capChange, replacement } from './runs/change-recipe.js';
export { sendUpdate } from './runs/send-update.js';
export type { UpdateName } from './runs/send-update.js';
export { watchRun } from './runs/watch-run.js';
export type { WatchOptions, WatchOutcome } from './runs/watch-run.js';
export { exitCodes } from './exit-codes.js';
export { HeadraceError } from '../core/errors.js';
export type { ErrorType } from '../core/errors.js';
export type { RunState } from '../core/run/state.js';
export type { Stage1Result } from '../core/run/run.js';
