import type { WorkOf } from '../work.js';
import { copyRows } from './copy-rows.js';
import { countPartitions } from './count-partitions.js';
import { decideMix } from './decide-mix.js';
import { finishMix } from './finish-mix.js';
import type { MixJobs } from './jobs.js';
import type { MixDeps, MixOptions } from './mix-deps.js';
import { planMix } from './plan-mix.js';
import { writePartitions } from './write-partitions.js';

export type MixActivities = WorkOf<
  'planMix' | 'countPartitions' | 'decideMix' | 'copyRows' | 'writePartitions' | 'finishMix'
>;

const defaultBucketBytes = 8 * 1024 * 1024;

/** The activities that mix converted sources into train.jsonl and heldout.jsonl. */
export function createMixActivities(options: MixOptions): MixActivities {
  const deps: MixDeps = {
    store: options.store,
    threads: options.threads,
    bucketBytes: options.bucketBytes ?? defaultBucketBytes,
    partitionBytes: options.partitionBytes,
    jobs: options.threads.jobs<MixJobs>(new URL('./jobs.js', import.meta.url)),
  };
  return {
    planMix: (input, work) => planMix(deps, input, work),
    countPartitions: (input, work) => countPartitions(deps, input, work),
    decideMix: (input, work) => decideMix(deps, input, work),
    copyRows: (input, work) => copyRows(deps, input, work),
    writePartitions: (input, work) => writePartitions(deps, input, work),
    finishMix: (input, work) => finishMix(deps, input, work),
  };
}
