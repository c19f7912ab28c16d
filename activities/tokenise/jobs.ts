import { cutLines } from './pieces/cut-lines.js';
import { tokenisePiece } from './pieces/tokenise-piece.js';

/** The jobs of tokenisation in threads. */
export const jobs = { cutLines, tokenisePiece };
export type TokeniseJobs = typeof jobs;
