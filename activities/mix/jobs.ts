import { gatherBucket } from './lines/gather-lines.js';
import { chooseLines } from './plan/choose-lines.js';
import { lineRanges } from './plan/line-ranges.js';
import { copyRows } from './plan/copy-rows.js';
import { countPartition } from './plan/count-partition.js';
import { findBorders, findLimits } from './plan/selection-limits.js';
import { tabulatePartitions } from './plan/tabulate-partitions.js';
import { joinRejects } from './write/join-rejects.js';
import { writeShards } from './write/write-shards.js';

/** The jobs of mixing that run in worker threads. */
export const jobs = {
  tabulatePartitions,
  countPartition,
  findBorders,
  findLimits,
  copyRows,
  chooseLines,
  lineRanges,
  writeShards,
  gatherBucket,
  joinRejects,
};
export type MixJobs = typeof jobs;
