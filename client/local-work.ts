import { storePlace, openStore } from '../activities/artifacts/open-store.js';
import type { ArtifactStore } from '../activities/artifacts/store.js';
import { createHubAccess } from '../activities/hub/hub-access.js';
import type { HubAccess } from '../activities/hub/hub-access.js';
import type { Env } from '../core/env.js';
import type { WorkContext } from '../core/progress.js';
import { commandEnvironment } from './environment.js';
import { secrets } from './secrets.js';

/** The dependencies of a command that runs activities in its own process. */
export interface LocalWork {
  readonly store: ArtifactStore;
  readonly env: Env;
  readonly hub: HubAccess;
  readonly work: WorkContext;
}

/** Opens the default store and creates access to the Hub. */
export async function openLocalWork(): Promise<LocalWork> {
  const store = await openStore(storePlace());
  const env = await commandEnvironment();
  const hub = createHubAccess({ store, env, onToken: (token) => secrets.learn(token) });
  return { store, env, hub, work: unattendedWork() };
}

/** A context that is never cancelled and ignores progress. */
export function unattendedWork(): WorkContext {
  return { signal: new AbortController().signal, progress: () => undefined };
}
