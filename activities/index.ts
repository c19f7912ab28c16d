import type { Activities } from '../core/contracts/activities.js';
import { defined } from '../core/defined.js';
import type { Env } from '../core/env.js';
import type { ErrorType } from '../core/errors.js';
import { measuresOf } from '../core/run/measures.js';
import type { Count } from '../core/run/meter.js';
import type { WorkContext } from '../core/progress.js';
import { heartbeats, roleOf } from '../core/run/roles.js';
import { Secrets } from '../core/secrets.js';
import { availableCores } from '../files/cores.js';
import type { ArtifactStore } from './artifacts/store.js';
import { createConvertActivities } from './convert/index.js';
import { atEdge } from './edge.js';
import { fetchTokenizer } from './hub/fetch-tokenizer.js';
import { createHubAccess } from './hub/hub-access.js';
import { createHubActivities } from './hub/index.js';
import { createMixActivities } from './mix/index.js';
import { createReportActivities } from './report/index.js';
import { createTokeniseActivities } from './tokenise/index.js';
import { createTrainActivities } from './train/index.js';
import { LiveClients } from './train/server/live-clients.js';
import { createTinkerAccess, developmentModelDir } from './train/server/tinker-access.js';
import { StopAndSave } from './train/steps/stop-and-save.js';
import { ThreadPool } from './threads/thread-pool.js';
import type { WorkOf } from './work.js';

/** Options of {@link createActivities}. */
export interface ActivitiesOptions {
  readonly store: ArtifactStore;
  /** The worker's environment: the only place that secrets come from. */
  readonly env: Env;
  /** Takes what the activities count. @default nothing does */
  readonly count?: Count;
  /** The task queue that only this process polls, for training. @default none */
  readonly liveOn?: string;
  /** Called with warnings for the user. */
  readonly onWarning: (message: string) => void;
}

/** Result of {@link createActivities}. */
export interface WiredActivities {
  readonly activities: Activities;
  /** Ends the Tinker sessions that are kept for the next segment. */
  close(): Promise<void>;
}

type Name = keyof Activities;

/** The abort reasons of activities that save and return early when they are cancelled. */
const saveReasons: { readonly [N in Name]?: () => unknown } = {
  trainSegment: () => new StopAndSave(),
};

/** Every activity, wired to the store and the environment and ready for a Temporal worker. */
export function createActivities(options: ActivitiesOptions): WiredActivities {
  const { store, env, liveOn, onWarning, count = () => undefined } = options;
  const threads = new ThreadPool(availableCores());
  const secrets = new Secrets(env);
  const hub = createHubAccess({ store, threads, env, onToken: (token) => secrets.learn(token) });
  const access = createTinkerAccess({ env, onWarning });
  const live = new LiveClients();
  const work = {
    ...createHubActivities(hub),
    ...createConvertActivities({ store, threads }),
    ...createMixActivities({ store, threads }),
    ...createTokeniseActivities({
      store,
      threads,
      tokenizers: {
        fetchTokenizer: (id, revision, signal) => fetchTokenizer(hub, { id, revision }, signal),
        developmentModelDir: (baseModel, signal) => developmentModelDir(access, baseModel, signal),
      },
    }),
    ...createTrainActivities({ store, access, live, ...defined({ liveOn }) }),
    ...createReportActivities({ store }),
  } satisfies WorkOf<Name>;
  return { activities: atEdges(work, secrets.scrub, count), close: () => live.close() };
}

type AnyWork = (input: never, work: WorkContext) => Promise<unknown>;

function atEdges(work: WorkOf<Name>, scrub: (text: string) => string, count: Count): Activities {
  const wrapped = Object.entries<AnyWork>(work).map(([key, each]) => {
    // `work` has a row for each activity, with that activity's name.
    const name = key as Name;
    const counted: AnyWork = async (input, context) => {
      const output = await each(input, context);
      for (const measure of measuresOf(name, output, input)) count(measure);
      return output;
    };
    const options = {
      scrub,
      heartbeatEveryMs: heartbeats[roleOf(name)].everyMs,
      onFailure: (type: ErrorType): void =>
        count({ counter: 'failures', value: 1, labels: { activity: name, type } }),
      ...defined({ saveReason: saveReasons[name] }),
    };
    return [name, atEdge(counted, options)];
  });
  return Object.fromEntries(wrapped) as Activities;
}
