import type { WorkOf } from '../work.js';
import { evaluate } from './evaluate.js';
import { findRecords } from './find-records.js';
import { checkTraining, planTraining } from './plan-training.js';
import { recordSegment } from './record-segment.js';
import { renewCheckpoints } from './renew-checkpoints.js';
import { stepsWithin } from './steps/steps-within.js';
import type { TrainDeps } from './train-deps.js';
import { trainSegment } from './train-segment.js';

export type TrainActivities = WorkOf<
  | 'checkTraining'
  | 'planTraining'
  | 'findRecords'
  | 'stepsWithin'
  | 'trainSegment'
  | 'recordSegment'
  | 'evaluate'
  | 'renewCheckpoints'
>;

/** The activities that train on a Tinker server and measure its checkpoints. */
export function createTrainActivities(deps: TrainDeps): TrainActivities {
  return {
    checkTraining: (input, work) => checkTraining(deps, input, work),
    planTraining: (input, work) => planTraining(deps, input, work),
    findRecords: (input, work) => findRecords(deps, input, work),
    stepsWithin: (input) => stepsWithin(deps, input),
    trainSegment: (input, work) => trainSegment(deps, input, work),
    recordSegment: (input, work) => recordSegment(deps, input, work),
    evaluate: (input, work) => evaluate(deps, input, work),
    renewCheckpoints: (input, work) => renewCheckpoints(deps, input, work),
  };
}
