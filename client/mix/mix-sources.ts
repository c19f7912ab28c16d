import type { ConvertOptions } from '../../activities/convert/convert-deps.js';
import { createConvertActivities } from '../../activities/convert/index.js';
import { createMixActivities, type MixActivities } from '../../activities/mix/index.js';
import type { MixOptions } from '../../activities/mix/mix-deps.js';
import { inParallel } from '../../activities/threads/in-parallel.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { SourceSummary } from '../../core/contracts/conversion.js';
import type { MixResult, PlanMixInput } from '../../core/contracts/mix.js';
import { defined } from '../../core/defined.js';
import type { WorkContext } from '../../core/progress.js';
import type { Recipe } from '../../core/recipe.js';
import { convertSource, type ConvertedSource } from './convert-source.js';

export type MixRecipe = Pick<Recipe, 'seed' | 'sources' | 'heldout' | 'mix'>;

export interface MixSourcesOptions extends ConvertOptions, MixOptions {
  /** Folder of the results. */
  readonly out: string;
  /** The `resolution` artifact of each source, by its name. */
  readonly resolutions: ReadonlyMap<string, ArtifactRef>;
  /** As `--rows-per-source N`. */
  readonly rowsPerSource?: number;
  readonly work: WorkContext;
}

export interface MixSourcesResult extends MixResult {
  /** Of kind `mix-plan`. */
  readonly plan: ArtifactRef;
  /** In recipe order. */
  readonly summaries: readonly SourceSummary[];
  readonly pieces: number;
  /** Pieces that were in the store already. */
  readonly reusedPieces: number;
}

/**
 * Converts and mixes sources whose files are on this disk, in this process. The functions are the activities
 * of a run, so the same recipe and data give the same bytes.
 *
 * @throws {HeadraceError} of the stage that failed.
 */
export async function mixSources(recipe: MixRecipe, options: MixSourcesOptions): Promise<MixSourcesResult> {
  const { out, work, rowsPerSource } = options;
  const converted = await convertAll(recipe, options);
  const result = await mixConverted(
    createMixActivities(options),
    {
      seed: recipe.seed,
      sources: converted.map(({ source }) => source),
      heldout: recipe.heldout,
      mix: recipe.mix,
      ...defined({ rowsPerSource }),
    },
    out,
    work,
  );
  return {
    ...result,
    summaries: converted.map(({ summary }) => summary),
    pieces: converted.reduce((sum, { pieces }) => sum + pieces, 0),
    reusedPieces: converted.reduce((sum, { reusedPieces }) => sum + reusedPieces, 0),
  };
}

/** Makes the mix of converted sources: one call of each activity takes all of its items. */
async function mixConverted(
  mix: MixActivities,
  input: PlanMixInput,
  out: string,
  work: WorkContext,
): Promise<MixResult & Pick<MixSourcesResult, 'plan'>> {
  const { plan, partitions } = await mix.planMix(input, work);
  await mix.countPartitions({ plan, from: 0, to: partitions.items }, work);
  const { copies } = await mix.decideMix({ plan }, work);
  if (copies.items > 0) await mix.copyRows({ plan, from: 0, to: copies.items }, work);
  await mix.writePartitions({ plan, from: 0, to: partitions.items }, work);
  return { plan, ...(await mix.finishMix({ plan, out }, work)) };
}

/** Converts all sources at once. Returns them in recipe order. */
async function convertAll(
  { seed, sources }: MixRecipe,
  options: MixSourcesOptions,
): Promise<readonly ConvertedSource[]> {
  const { resolutions, work } = options;
  const activities = createConvertActivities(options);
  const converted: ConvertedSource[] = [];
  await inParallel([...sources.entries()], sources.length, work.signal, async ([at, source], signal) => {
    const input = { source, seed, resolution: resolutions.get(source.name) };
    converted[at] = await convertSource(activities, input, { ...work, signal });
  });
  return converted;
}
