import { tokenisePiece } from './tokenise-piece.js';

/** What tokenisation does in threads. */
export const jobs = { tokenisePiece };
export type TokeniseJobs = typeof jobs;
