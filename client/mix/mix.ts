import type { ArtifactRef, WorkRange } from '../../core/contracts/artifact.js';
import type { SourceSummary } from '../../core/contracts/conversion.js';
import type { MixResult, MixSource } from '../../core/contracts/mix.js';
import { HeadraceError } from '../../core/errors.js';
import type { WorkContext } from '../../core/progress.js';
import type { Recipe, Source } from '../../core/recipe.js';
import type { ConvertOptions } from '../../activities/convert/convert-deps.js';
import { createConvertActivities, type ConvertActivities } from '../../activities/convert/index.js';
import { inParallel } from '../../activities/threads/in-parallel.js';
import { createMixActivities, type MixActivities } from '../../activities/mix/index.js';
import type { MixOptions } from '../../activities/mix/mix-deps.js';

export interface MixerOptions extends ConvertOptions, MixOptions {}

/** What one call of a mixer is given beside the recipe. */
export interface MixCall {
  /** Folder of the results. */
  readonly out: string;
  /** The `resolution` artifact of each source, by its name. */
  readonly resolutions: ReadonlyMap<string, ArtifactRef>;
  /** As `--rows-per-source N`. */
  readonly rowsPerSource?: number;
  readonly work: WorkContext;
}

export interface MixCallResult extends MixResult {
  /** In recipe order. */
  readonly summaries: readonly SourceSummary[];
  readonly pieces: number;
  /** Pieces that were in the store already. */
  readonly reusedPieces: number;
}

export type MixRecipe = Pick<Recipe, 'seed' | 'sources' | 'heldout' | 'mix'>;

/** Converts and mixes the sources of one recipe in this process. See {@link createMixer}. */
export function mix(recipe: MixRecipe, options: MixerOptions & MixCall): Promise<MixCallResult> {
  return createMixer(options)(recipe, options);
}

/**
 * Returns a function that converts and mixes the sources of a recipe in this process, with the very functions that are
 * activities in a run: the same recipe and data give the same bytes. Calls share threads.
 *
 * @throws {HeadraceError} whatever a stage throws.
 */
export function createMixer(
  options: MixerOptions,
): (recipe: MixRecipe, call: MixCall) => Promise<MixCallResult> {
  const convert = createConvertActivities(options);
  const mixing = createMixActivities(options);
  return (recipe, call) => mixWith(convert, mixing, recipe, call);
}

async function mixWith(
  convert: ConvertActivities,
  mixing: MixActivities,
  recipe: MixRecipe,
  options: MixCall,
): Promise<MixCallResult> {
  const { work } = options;
  const sources: MixSource[] = [];
  const summaries: SourceSummary[] = [];
  let [pieces, reusedPieces] = [0, 0];
  // Side by side, so that one reads its files' ends while another one has begun.
  await inParallel(
    [...recipe.sources.entries()],
    recipe.sources.length,
    work.signal,
    async ([at, source], signal) => {
      const call = { ...options, work: { ...work, signal } };
      const converted = await convertSource(convert, recipe, source, call);
      sources[at] = converted.source;
      summaries[at] = converted.summary;
      pieces += converted.pieces;
      reusedPieces += converted.reusedPieces;
    },
  );
  const { plan } = await mixing.planMix(
    {
      seed: recipe.seed,
      sources,
      heldout: recipe.heldout,
      mix: recipe.mix,
      ...(options.rowsPerSource === undefined ? {} : { rowsPerSource: options.rowsPerSource }),
    },
    work,
  );
  const result = await mixing.finishMix({ plan, out: options.out }, work);
  return { ...result, summaries, pieces, reusedPieces };
}

async function convertSource(
  convert: ConvertActivities,
  recipe: Pick<Recipe, 'seed' | 'heldout'>,
  source: Source,
  { resolutions, work }: MixCall,
): Promise<{
  readonly source: MixSource;
  readonly summary: SourceSummary;
  readonly pieces: number;
  readonly reusedPieces: number;
}> {
  const resolution = resolutions.get(source.name);
  if (resolution === undefined)
    throw new HeadraceError('RecipeError', `Source ${source.name} was not resolved`);
  const { plan, pieces, dialoguePartitions } = await convert.planConversion(
    { source, resolution, seed: recipe.seed },
    work,
  );
  let [count, reused] = [0, 0];
  for (const [ranges, run] of [
    [pieces, convert.convertPieces],
    [dialoguePartitions, convert.groupDialogues],
  ] as const) {
    const range = wholeRange(ranges);
    if (range === undefined) continue;
    const result = await run({ plan, ...range }, work);
    count += result.pieces;
    reused += result.reusedPieces;
  }
  const summary = await convert.summariseSource(
    { plan, maxRejectFraction: source.max_reject_fraction },
    work,
  );
  return {
    source: { source, resolution, plan, summary: summary.summary },
    summary,
    pieces: count,
    reusedPieces: reused,
  };
}

/** All items of all ranges: one process has nobody to share them with. */
function wholeRange(
  ranges: readonly WorkRange[],
): { readonly from: number; readonly to: number } | undefined {
  const last = ranges.at(-1);
  return last === undefined ? undefined : { from: 0, to: last.to };
}
