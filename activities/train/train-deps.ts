import type { ArtifactStore } from '../artifacts/store.js';
import type { LiveClients } from './server/live-clients.js';
import type { TinkerAccess } from './server/tinker-access.js';

/** What the training activities are given. */
export interface TrainDeps {
  readonly store: ArtifactStore;
  readonly access: TinkerAccess;
  readonly live: LiveClients;
  /** The session that the heartbeat of the attempt before names. */
  readonly previousSession: () => string | undefined;
}
