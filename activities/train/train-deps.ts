import type { ArtifactStore } from '../artifacts/store.js';
import type { LiveClients } from './server/live-clients.js';
import type { TinkerAccess } from './server/tinker-access.js';

/** What the training activities share. */
export interface TrainDeps {
  readonly store: ArtifactStore;
  readonly access: TinkerAccess;
  /** Clients between two segments. Its creator closes it. */
  readonly live: LiveClients;
  /** The task queue of this process alone, for segments that go on with a client of `live`. @default none */
  readonly liveOn?: string;
}
