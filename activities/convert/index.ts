import type { ConvertDeps, ConvertOptions } from './convert-deps.js';
import { convertPieces } from './convert-pieces.js';
import { groupDialogues } from './group-dialogues.js';
import type { ConversionJobs } from './jobs.js';
import { planConversion } from './plan-conversion.js';
import { summariseSource } from './summarise-source.js';
import type { WorkOf } from '../work.js';

export type ConvertActivities = WorkOf<
  'planConversion' | 'convertPieces' | 'groupDialogues' | 'summariseSource'
>;

/** The activities that turn a source's rows into conversations. */
export function createConvertActivities(options: ConvertOptions): ConvertActivities {
  const deps: ConvertDeps = {
    store: options.store,
    threads: options.threads,
    pieceBytes: options.pieceBytes,
    jobs: options.threads.jobs<ConversionJobs>(new URL('./jobs.js', import.meta.url)),
  };
  return {
    planConversion: (input, work) => planConversion(deps, input, work),
    convertPieces: (input, work) => convertPieces(deps, input, work),
    groupDialogues: (input, work) => groupDialogues(deps, input, work),
    summariseSource: (input, work) => summariseSource(deps, input, work),
  };
}
