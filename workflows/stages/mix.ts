import { ApplicationFailure } from '@temporalio/workflow';
import type { Batches } from '../../core/contracts/artifact.js';
import type { MixResult } from '../../core/contracts/mix.js';
import { defined } from '../../core/defined.js';
import { formatCount, plural } from '../../core/format.js';
import type { Run } from '../run/run.js';
import { writeReport } from './report.js';
import type { ReadySource } from './sources.js';

/**
 * Makes the mix and, where the recipe has `review: true`, waits for a decision. Other caps make it again,
 * from the same pieces.
 *
 * @throws {ApplicationFailure} Rejected, with the note of the review.
 */
export async function mixUntilApproved(run: Run, sources: readonly ReadySource[]): Promise<MixResult> {
  for (;;) {
    const mix = await run.waits.untilDone('mix', async () => await mixSources(run, sources));
    if (!run.recipe.review || (await isApproved(run, mix))) return mix;
  }
}

/** The activities that do a range of the mix. */
type MixActivity = 'countPartitions' | 'copyRows' | 'writePartitions';

async function mixSources(run: Run, ready: readonly ReadySource[]): Promise<MixResult> {
  const { activities, batches, view, report, recipe } = run;
  const { seed, heldout, mix, out } = recipe;
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
  const mixed = await activities.finishMix(`write train.jsonl (${formatCount(trainLines)} lines)`, {
    plan,
    out,
  });
  report.add({ mix: mixed });
  view.show({ composition: mixed.composition });
  return mixed;
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
