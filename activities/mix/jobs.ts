import { planLines } from './plan-lines.js';
import { writeLines } from './write-lines.js';
import { writeOrigins } from './write-origins.js';

/** What mixing does in threads. */
export const jobs = { planLines, writeLines, writeOrigins };
export type MixJobs = typeof jobs;
