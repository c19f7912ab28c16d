import { gatherBucket } from './gather-lines.js';
import { planLines } from './plan-lines.js';
import { writeOrigins } from './write-origins.js';

/** What mixing does in threads. */
export const jobs = { planLines, gatherBucket, writeOrigins };
export type MixJobs = typeof jobs;
