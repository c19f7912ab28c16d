import { convertPiece } from './rows/convert-piece.js';
import { groupPartition } from './dialogues/group.js';
import { mergeRejects } from './output/merge-rejects.js';
import { planPieces } from './plan/detect-source.js';
import { scatterPiece } from './dialogues/scatter.js';

/** What conversion does in threads. */
export const jobs = {
  planPieces,
  convertPiece,
  scatterPiece,
  groupPartition,
  mergeRejects,
};
export type ConversionJobs = typeof jobs;
