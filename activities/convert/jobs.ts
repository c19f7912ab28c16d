import { convertPiece } from './convert-piece.js';
import { groupPartition } from './group-partition.js';
import { mergeRejects } from './merge-rejects.js';
import { planPieces } from './plan-pieces.js';
import { previewSource } from './preview-source.js';
import { scatterPiece } from './scatter-piece.js';

/** What conversion does in threads. */
export const jobs = {
  planPieces,
  convertPiece,
  scatterPiece,
  groupPartition,
  mergeRejects,
  previewSource,
};
export type ConversionJobs = typeof jobs;
