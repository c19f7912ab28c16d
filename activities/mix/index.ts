import type { WorkOf } from '../work.js';
import { finishMix } from './finish-mix.js';
import type { MixJobs } from './jobs.js';
import type { MixDeps, MixOptions } from './mix-deps.js';
import { planMix } from './plan-mix.js';

export type MixActivities = WorkOf<'planMix' | 'finishMix'>;

const defaultBucketBytes = 8 * 1024 * 1024;

/** The activities that mix converted sources into train.jsonl and heldout.jsonl. */
export function createMixActivities(options: MixOptions): MixActivities {
  const deps: MixDeps = {
    store: options.store,
    threads: options.threads,
    bucketBytes: options.bucketBytes ?? defaultBucketBytes,
    jobs: options.threads.jobs<MixJobs>(new URL('./jobs.js', import.meta.url)),
  };
  return {
    planMix: (input, work) => planMix(deps, input, work),
    finishMix: (input, work) => finishMix(deps, input, work),
  };
}
