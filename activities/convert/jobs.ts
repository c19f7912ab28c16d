import { groupPartition } from './dialogues/group.js';
import { scatterPiece } from './dialogues/scatter.js';
import { mergeRejects } from './output/rejects.js';
import { kindsOf } from './plan/kinds-of.js';
import { rowGroupsOf } from './plan/row-groups-of.js';
import { sampleRows } from './plan/sample-rows.js';
import { convertPiece } from './rows/convert-piece.js';

/** The jobs of conversion that run in worker threads. */
export const jobs = {
  kindsOf,
  rowGroupsOf,
  sampleRows,
  convertPiece,
  scatterPiece,
  groupPartition,
  mergeRejects,
};
export type ConversionJobs = typeof jobs;
