import { batchesOf, noBatches } from '../../core/batches.js';
import type { DecideMixInput, MixDecided, Side } from '../../core/contracts/mix.js';
import { quotas } from '../../core/mix/quotas.js';
import type { WorkContext } from '../../core/progress.js';
import type { Artifact } from '../artifacts/store.js';
import {
  MixCountMeta,
  selectionLists,
  selectionName,
  selectionTableBytes,
  type SelectionList,
} from './format/mix-count.js';
import { copyGroups } from './format/mix-copies.js';
import { mixDecisionRef, readMixDecision, type Limit, type MixDecision } from './format/mix-decision.js';
import { mixCountRef, readMixPlan, type MixPlanFile } from './format/mix-plan.js';
import { repeatsRows } from './lines/copies-of.js';
import type { MixDeps } from './mix-deps.js';
import { sumOfCounts } from './plan/sum-of-counts.js';

/**
 * Decides how many rows of each source stay, and which: caps, shares, rows per source and held-out rows.
 *
 * @throws {HeadraceError} MixError where the shares cannot be met; ArtifactMissingError.
 */
export async function decideMix(
  deps: MixDeps,
  input: DecideMixInput,
  work: WorkContext,
): Promise<MixDecided> {
  const { store } = deps;
  const plan = await readMixPlan(store, input.plan);
  const ref = mixDecisionRef(input.plan.key);
  if ((await store.find(ref)) === undefined) {
    const decision = await decide(deps, plan, work.signal);
    await store.put(ref, async () => decision);
  }
  const { takes } = await readMixDecision(store, input.plan.key);
  const repeated = plan.sources.map(({ repeat }, source) => (takes.train[source] ?? 0) * repeat);
  return {
    trainLines: sum(repeated),
    heldoutLines: sum(takes.heldout),
    copies: repeatsRows(plan) ? batchesOf(copyGroups(plan.partitions).length, plan.bytes) : noBatches,
  };
}

async function decide(deps: MixDeps, plan: MixPlanFile, signal: AbortSignal): Promise<MixDecision> {
  const lists = selectionLists(plan);
  const refs = Array.from({ length: plan.partitions }, (_, partition) => mixCountRef(plan, partition, lists));
  const found = await Promise.all(refs.map(async (ref) => await deps.store.get(ref)));
  const counts = sumOfCounts(found.map(({ meta }) => MixCountMeta.parse(meta)));
  const { train, heldout } = counts.candidates;
  const given = quotas(
    plan.sources.map((source, at) => ({ ...source, available: train.rows[at] ?? 0 })),
    plan.mixRows,
    plan.rowsPerSource,
  );
  const takes = {
    train: given.map(({ take }) => take),
    heldout: heldout.rows.map((rows) => Math.min(rows, plan.heldout.rows ?? Infinity)),
  };
  const wanted = ({ side, source }: SelectionList): number | null => {
    const take = takes[side][source] ?? 0;
    return take === 0 || take === counts.candidates[side].rows[source] ? null : take;
  };
  const keys = await limitKeys(deps, found, lists.map(wanted), signal);
  const limitOf = (side: Side, source: number): Limit => {
    const take = takes[side][source] ?? 0;
    if (take === counts.candidates[side].rows[source]) return 'all';
    if (take === 0) return 'none';
    const key = keys[lists.findIndex((list) => list.side === side && list.source === source)];
    if (typeof key !== 'string')
      throw new Error(`No selection keys of ${plan.sources[source]?.name} were counted`);
    return key;
  };
  const limitsOf = (side: Side): Limit[] => plan.sources.map((_, source) => limitOf(side, source));
  return {
    counts,
    limits: { train: limitsOf('train'), heldout: limitsOf('heldout') },
    takes,
    limiting: given.map(({ limiting }) => limiting),
  };
}

/**
 * The last wanted selection key of each list; `null` where there is nothing to choose.
 *
 * @param counts - of all partitions.
 */
async function limitKeys(
  { store, jobs }: MixDeps,
  counts: readonly Artifact[],
  wanted: readonly (number | null)[],
  signal: AbortSignal,
): Promise<readonly (string | null)[]> {
  if (wanted.every((rows) => rows === null)) return wanted.map(() => null);
  const files = counts.map((artifact) => ({ artifact, file: selectionName }));
  const tables = [{ from: 0, to: wanted.length * selectionTableBytes }];
  const found = await store.bring(
    files.map((file) => ({ ...file, ranges: tables })),
    async (paths) => await jobs.run('findBorders', { paths, wanted }, { signal }),
  );
  return await store.bring(
    files.map((file, at) => ({ ...file, ranges: found.ranges[at] ?? [] })),
    async (paths) => await jobs.run('findLimits', { paths, ...found }, { signal }),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
