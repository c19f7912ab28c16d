import { ApplicationFailure } from '@temporalio/workflow';
import type { ArtifactRef, Batches } from '../../core/contracts/artifact.js';
import type { MixResult } from '../../core/contracts/mix.js';
import { defined } from '../../core/defined.js';
import { formatCount, plural } from '../../core/format.js';
import type { Run } from '../run/run.js';
import { writeReport } from './report.js';
import type { ReadySource } from './sources.js';

/** A mix whose lines are in order. Its results may still be to write; tokens do not need them. */
export interface OrderedMix {
  /** Of kind `mix-plan`, of which all partitions are written. */
  readonly plan: ArtifactRef;
  /** Of train.jsonl. */
  readonly trainLines: number;
  readonly sources: readonly ReadySource[];
  /** What was reviewed. */
  readonly reviewed?: MixResult;
}

/**
 * Makes the mix and, where the recipe has `review: true`, writes its results and waits for a decision. Other
 * caps make it again, from the same pieces.
 *
 * @throws {ApplicationFailure} Rejected, with the note of the review.
 */
export async function mixUntilApproved(run: Run, sources: readonly ReadySource[]): Promise<OrderedMix> {
  for (;;) {
    const ordered = await run.waits.untilDone('mix', async () => await orderMix(run, sources));
    if (!run.recipe.review) return ordered;
    const reviewed = await writeMix(run, ordered);
    if (await isApproved(run, reviewed)) return { ...ordered, reviewed };
  }
}

/** Writes the results of a mix, where the review has not seen them. */
export async function writeMix(run: Run, ordered: OrderedMix): Promise<MixResult> {
  const { activities, view, report, recipe, waits } = run;
  const { plan, trainLines, sources, reviewed } = ordered;
  if (reviewed !== undefined) return reviewed;
  const summary = `write train.jsonl (${formatCount(trainLines)} lines)`;
  let isRetry = false;
  const mix = await waits.untilDone('mix', async () => {
    // The failure may be of a part that was damaged, and that the store has dropped.
    if (isRetry) await orderMix(run, sources);
    isRetry = true;
    return await activities.finishMix(summary, { plan, out: recipe.out });
  });
  report.add({ mix });
  view.show({ composition: mix.composition });
  return mix;
}

/** The activities that do a range of the mix. */
type MixActivity = 'countPartitions' | 'copyRows' | 'writePartitions';

async function orderMix(run: Run, ready: readonly ReadySource[]): Promise<OrderedMix> {
  const { activities, batches, view, recipe } = run;
  const { seed, heldout, mix } = recipe;
  const { rowsPerSource } = run.input;
  view.enter('mix');
  const sources = ready.flatMap(
    ({ name, resolution: { resolution }, conversion: { plan }, summary: { summary } }) =>
      recipe.sources
        .filter((source) => source.name === name)
        .map((source) => ({ source, resolution, plan, summary })),
  );
  const { plan, partitions } = await activities.planMix(
    `plan the mix of ${plural(sources.length, 'source')}`,
    defined({ seed, sources, heldout, mix, rowsPerSource }),
  );
  const doAll = async (
    activity: MixActivity,
    summary: string,
    items: Batches,
    noun: string,
  ): Promise<void> => {
    await batches.run({ activity, input: { plan }, batches: items, summary, noun }, () => undefined);
  };
  await doAll('countPartitions', 'count', partitions, 'partition');
  const { trainLines, copies } = await activities.decideMix('decide which conversations stay', { plan });
  await doAll('copyRows', 'copy the rows of', copies, 'group');
  await doAll('writePartitions', 'put in order', partitions, 'partition');
  return { plan, trainLines, sources: ready };
}

/** Waits for the decision of the review; `false`: with other caps. */
async function isApproved(run: Run, mix: MixResult): Promise<boolean> {
  run.view.enter('review');
  const { path } = await run.waits.untilDone('report', async () => await writeReport(run));
  const decision = await run.waits.park({
    kind: 'review',
    what: 'review',
    type: 'Review',
    message: `The mix of ${formatCount(mix.train.lines)} conversations waits for review: ${path}`,
    remedy: `Read the samples with \`npx headrace review ${run.recipe.name}\`, then approve, change the caps or reject.`,
  });
  if (typeof decision === 'object') {
    const note = decision.rejected === '' ? '' : `: ${decision.rejected}`;
    throw ApplicationFailure.nonRetryable(`The mix was rejected${note}`, 'Rejected');
  }
  return decision === 'approve';
}
