import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MixRangeInput, MixRangeResult } from '../../core/contracts/mix.js';
import type { WorkContext } from '../../core/progress.js';
import { copiesEntriesName, MixCopiesMeta } from './format/mix-copies.js';
import { candidatesName, selectionLists } from './format/mix-count.js';
import { readMixDecision } from './format/mix-decision.js';
import { entriesName, type MixPartMeta } from './format/mix-part.js';
import { mixCountRef, mixPartRef, readMixPlan } from './format/mix-plan.js';
import { copiesOf } from './lines/copies-of.js';
import { bringRunLines } from './lines/bring-lines.js';
import { linesOfRuns } from './lines/mixed-lines.js';
import type { ArtifactFile } from './lines/pieces-of.js';
import type { MixDeps } from './mix-deps.js';
import { makeItems } from './mix-items.js';

/**
 * Makes the `mix-part` of the partitions `[from, to)` that are missing in the store.
 *
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError, DiskFullError.
 */
export async function writePartitions(
  deps: MixDeps,
  input: MixRangeInput,
  work: WorkContext,
): Promise<MixRangeResult> {
  const { store, jobs } = deps;
  const plan = await readMixPlan(store, input.plan);
  const { limits } = await readMixDecision(store, input.plan.key);
  const lists = selectionLists(plan);
  const copies = await copiesOf(store, input.plan.key, plan);
  // In a folder the lines stay in the sorted runs.
  const runs = store.medium.kind === 'objects' ? await linesOfRuns(store, input.plan.key, plan) : undefined;
  const make = async (partition: number, dir: string, signal: AbortSignal): Promise<unknown> => {
    const count = await store.get(mixCountRef(plan, partition, lists));
    const ranges = copies.map(({ meta }) => {
      const { starts } = MixCopiesMeta.parse(meta);
      return { from: starts[partition]?.entry ?? 0, to: starts[partition + 1]?.entry ?? 0 };
    });
    const wanted = [
      { artifact: count, file: candidatesName('train') },
      { artifact: count, file: candidatesName('heldout') },
      ...copies.map((artifact) => ({ artifact, file: copiesEntriesName })),
    ];
    return await store.bring(
      wanted,
      async ([train = '', heldout = '', ...copied]) => {
        const job = {
          candidates: { train, heldout },
          limits,
          copies: copied.map((path, at) => ({ path, ...(ranges[at] ?? { from: 0, to: 0 }) })),
          bucketBytes: plan.bucketBytes,
          dir,
        };
        const part = await jobs.run('chooseLines', job, { signal });
        return runs === undefined ? part : await withShards(deps, { runs, part, dir, signal });
      },
      signal,
    );
  };
  const refOf = (partition: number) => mixPartRef(input.plan.key, partition);
  return await makeItems(deps, input, 'order partitions', { refOf, make }, work);
}

/** Replaces the entries of a part by its lines. */
async function withShards(
  { store, jobs }: MixDeps,
  {
    runs,
    part,
    dir,
    signal,
  }: {
    readonly runs: readonly ArtifactFile[];
    readonly part: MixPartMeta;
    readonly dir: string;
    readonly signal: AbortSignal;
  },
): Promise<MixPartMeta> {
  const entriesPath = join(dir, entriesName);
  const lines = await jobs.run('lineRanges', { entriesPath }, { signal });
  const write = (linesPaths: readonly string[]): Promise<MixPartMeta> =>
    jobs.run('writeShards', { places: { entriesPath, linesPaths }, part, dir }, { signal });
  const sharded = await bringRunLines(store, runs, lines, write, signal);
  await rm(entriesPath);
  return sharded;
}
