import { cutLines } from './pieces/cut-lines.js';
import { tokenisePiece } from './pieces/tokenise-piece.js';

/** What tokenisation does in threads. */
export const jobs = { cutLines, tokenisePiece };
export type TokeniseJobs = typeof jobs;
