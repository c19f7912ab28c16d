import { gatherBucket } from './lines/gather-lines.js';
import { planLines } from './plan/plan-lines.js';
import { writeOrigins } from './write/write-origins.js';

/** The jobs of mixing that run in worker threads. */
export const jobs = { planLines, gatherBucket, writeOrigins };
export type MixJobs = typeof jobs;
