import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/store.js';
import type { Work } from '../convert/index.js';
import { evaluate } from './evaluate.js';
import { findRecords } from './find-records.js';
import { LiveClients } from './server/live-clients.js';
import { checkTraining, planTraining } from './plan-training.js';
import { recordSegment } from './record-segment.js';
import { renewCheckpoints } from './renew-checkpoints.js';
import type { TinkerAccess } from './server/tinker-access.js';
import type { TrainDeps } from './train-deps.js';
import { trainSegment } from './train-segment.js';

export interface TrainOptions {
  readonly store: ArtifactStore;
  readonly access: TinkerAccess;
  /**
   * The session that the attempt before this one has left, from its heartbeat: see {@link sessionOfHeartbeat}.
   *
   * @default none
   */
  readonly previousSession?: () => string | undefined;
}

export interface TrainActivities {
  readonly checkTraining: Work<'checkTraining'>;
  readonly planTraining: Work<'planTraining'>;
  readonly findRecords: Work<'findRecords'>;
  /** Aborted with `StopAndSave` it saves and returns early. */
  readonly trainSegment: Work<'trainSegment'>;
  readonly recordSegment: Work<'recordSegment'>;
  readonly evaluate: Work<'evaluate'>;
  readonly renewCheckpoints: Work<'renewCheckpoints'>;
  /** Finishes the sessions of clients that wait for a next segment. */
  close(): Promise<void>;
}

/** The activities that train on a Tinker server and measure what came of it. */
export function createTrainActivities(options: TrainOptions): TrainActivities {
  const deps: TrainDeps = {
    store: options.store,
    access: options.access,
    live: new LiveClients(),
    previousSession: options.previousSession ?? (() => undefined),
  };
  return {
    checkTraining: (input, work) => checkTraining(deps, input, work),
    planTraining: (input, work) => planTraining(deps, input, work),
    findRecords: (input, work) => findRecords(deps, input, work),
    trainSegment: (input, work) => trainSegment(deps, input, work),
    recordSegment: (input, work) => recordSegment(deps, input, work),
    evaluate: (input, work) => evaluate(deps, input, work),
    renewCheckpoints: (input, work) => renewCheckpoints(deps, input, work),
    close: () => deps.live.close(),
  };
}

const HeartbeatDetails = z.object({ resume: z.object({ sessionId: z.string() }) });

/** The session id in the heartbeat details of a segment or an evaluation; `undefined` where there is none. */
export function sessionOfHeartbeat(details: unknown): string | undefined {
  return HeartbeatDetails.safeParse(details).data?.resume.sessionId;
}
