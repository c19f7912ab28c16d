/** Headrace as a library: what the command line does, for programs. */
export { mix } from './mix-here.js';
export type { MixHereOptions } from './mix-here.js';
export { parseRecipe, readRecipeFile } from './recipe-file.js';
export type { RecipeFileOptions, ResolvedRecipe } from './recipe-file.js';
export { connectTemporal } from './temporal.js';
export type { TemporalClient } from './temporal.js';
export { describe, handleOf, recipeOfRun, runState, startRun } from './runs.js';
export type { StartedRun, StartOptions } from './runs.js';
export { capChange, replacement } from './amend.js';
export { sendUpdate } from './updates.js';
export type { UpdateName } from './updates.js';
export { watchRun } from './watch.js';
export type { WatchOptions, WatchOutcome } from './watch.js';
export { exitCodes } from './exit-codes.js';
export { HeadraceError } from '../core/errors.js';
export type { ErrorType } from '../core/errors.js';
export type { RunState } from '../core/run/state.js';
export type { Stage1Result } from '../core/run/run.js';
