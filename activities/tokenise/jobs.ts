import { checkTokenizer } from './pieces/thread-encoder.js';
import { tokenisePiece } from './pieces/tokenise-piece.js';

/** The jobs of tokenisation in threads. */
export const jobs = { checkTokenizer, tokenisePiece };
export type TokeniseJobs = typeof jobs;
