import { availableParallelism } from 'node:os';
import { Context } from '@temporalio/activity';
import type { Activities } from '../core/contracts/activities.js';
import type { Env } from '../core/env.js';
import type { WorkContext } from '../core/progress.js';
import { Secrets } from '../core/secrets.js';
import type { ArtifactStore } from './artifacts/store.js';
import { createConvertActivities } from './convert/index.js';
import { atEdge } from './edge.js';
import type { EdgeOptions } from './edge.js';
import { createHubActivities } from './hub/index.js';
import { createMixActivities } from './mix/index.js';
import { createReportActivities } from './report/write-report.js';
import { createTokeniseActivities } from './tokenise/index.js';
import { createTrainActivities, sessionOfHeartbeat } from './train/index.js';
import { StopAndSave } from './train/steps/stop-and-save.js';
import { createTinkerAccess, developmentModelDir } from './train/server/tinker-access.js';

export interface ActivitiesOptions {
  readonly store: ArtifactStore;
  /** The worker's environment: the only place that secrets come from. */
  readonly env: Env;
  /** Told what a person should know. */
  readonly onWarning: (message: string) => void;
}

export interface WiredActivities {
  readonly activities: Activities;
  /** Finishes what outlives a single activity: Tinker sessions that wait for a next segment. */
  close(): Promise<void>;
}

/** Every activity, wired to the store and the environment and ready for a Temporal worker. */
export function createActivities({ store, env, onWarning }: ActivitiesOptions): WiredActivities {
  const threads = availableParallelism();
  const secrets = new Secrets(env);
  const edge: EdgeOptions = { scrub: secrets.scrub };
  const wrap = <Input, Output>(
    work: (input: Input, context: WorkContext) => Promise<Output>,
  ): ((input: Input) => Promise<Output>) => atEdge(work, edge);

  const hub = createHubActivities({ store, env, onToken: (token) => secrets.learn(token) });
  const convert = createConvertActivities({ store, threads });
  const mix = createMixActivities({ store, threads });
  const report = createReportActivities({ store });
  const access = createTinkerAccess({ env, onWarning });
  const tokenise = createTokeniseActivities({
    store,
    threads,
    tokenizers: {
      fetchTokenizer: async (id, revision, signal) => await hub.fetchTokenizer({ id, revision }, signal),
      developmentModelDir: async (baseModel, signal) => await developmentModelDir(access, baseModel, signal),
    },
  });
  const train = createTrainActivities({
    store,
    access,
    previousSession: () => sessionOfHeartbeat(Context.current().info.heartbeatDetails),
  });
  return {
    activities: {
      resolveSource: wrap(async (input, work) => await hub.resolveSource(input, work)),
      downloadFiles: wrap(async (input, work) => await hub.downloadFiles(input, work)),
      planConversion: wrap(convert.planConversion),
      convertPieces: wrap(convert.convertPieces),
      groupDialogues: wrap(convert.groupDialogues),
      summariseSource: wrap(convert.summariseSource),
      planMix: wrap(mix.planMix),
      finishMix: wrap(mix.finishMix),
      planTokens: wrap(tokenise.planTokens),
      tokenisePieces: wrap(tokenise.tokenisePieces),
      finishTokens: wrap(tokenise.finishTokens),
      checkTraining: wrap(train.checkTraining),
      planTraining: wrap(train.planTraining),
      findRecords: wrap(train.findRecords),
      trainSegment: atEdge(train.trainSegment, { ...edge, saveReason: () => new StopAndSave() }),
      recordSegment: wrap(train.recordSegment),
      renewCheckpoints: wrap(train.renewCheckpoints),
      evaluate: wrap(train.evaluate),
      writeReport: wrap(async (input, work) => await report.writeReport(input, work)),
    },
    close: async () => await train.close(),
  };
}
