import { hashFile } from './hash-file.js';

/** The jobs on local files that run in worker threads. */
export const jobs = { hashFile };
export type HubJobs = typeof jobs;
