import { groupPartition } from './dialogues/group.js';
import { scatterPiece } from './dialogues/scatter.js';
import { mergeRejects } from './output/rejects.js';
import { planPieces } from './plan/plan-pieces.js';
import { convertPiece } from './rows/convert-piece.js';

/** The jobs of conversion that run in worker threads. */
export const jobs = { planPieces, convertPiece, scatterPiece, groupPartition, mergeRejects };
export type ConversionJobs = typeof jobs;
