import { hashFile } from './hash-file.js';

/** The work on local files that runs in threads. */
export const jobs = { hashFile };
export type HubJobs = typeof jobs;
