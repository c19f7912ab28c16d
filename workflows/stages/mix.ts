import { ApplicationFailure } from '@temporalio/workflow';
import type { MixResult } from '../../core/contracts/mix.js';
import { defined } from '../../core/defined.js';
import { formatCount, plural } from '../../core/format.js';
import { parallel } from '../parallel.js';
import type { Run } from '../run/run.js';
import { writeReport } from './report.js';
import type { ReadySource } from './sources.js';

/** Work ranges under way at once; the worker's threads bound the whole. */
const rangesAtOnce = 2;

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

async function mixSources(run: Run, ready: readonly ReadySource[]): Promise<MixResult> {
  const { activities, view, report, recipe } = run;
  const { seed, heldout, mix, out } = recipe;
  const { rowsPerSource } = run.input;
  view.enter('mix');
  const sources = ready.flatMap(
    ({ name, resolution: { resolution }, conversion: { plan }, summary: { summary } }) =>
      recipe.sources
        .filter((source) => source.name === name)
        .map((source) => ({ source, resolution, plan, summary })),
  );
  const { plan, counting, writing } = await activities.planMix(
    `plan the mix of ${plural(sources.length, 'source')}`,
    defined({ seed, sources, heldout, mix, rowsPerSource }),
  );
  await parallel(counting, rangesAtOnce, async ({ label, from, to }) => {
    await activities.countPartitions(`count ${label}`, { plan, from, to });
  });
  const { trainLines, copies } = await activities.decideMix('decide which conversations stay', { plan });
  await parallel(copies, rangesAtOnce, async ({ label, from, to }) => {
    await activities.copyRows(`make ${label}`, { plan, from, to });
  });
  await parallel(writing, rangesAtOnce, async ({ label, from, to }) => {
    await activities.writePartitions(`put ${label} in order`, { plan, from, to });
  });
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
