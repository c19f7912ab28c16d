import { cutLines } from './cut-lines.js';
import { tokenisePiece } from './tokenise-piece.js';

/** What tokenisation does in threads. */
export const jobs = { cutLines, tokenisePiece };
export type TokeniseJobs = typeof jobs;
