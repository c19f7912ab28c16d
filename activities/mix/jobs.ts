import { assembleMix } from './assemble-mix.js';
import { joinParts } from './join-parts.js';
import { planLines } from './plan-lines.js';
import { writeBucket } from './write-bucket.js';

/** What mixing does in threads. */
export const jobs = { planLines, writeBucket, assembleMix, joinParts };
export type MixJobs = typeof jobs;
