import type { ArtifactStore } from '../artifacts/store.js';
import { BlobStore } from './download/blob-store.js';
import { HubClient } from './http/hub-client.js';
import { readHubConfig, type Environment } from './http/hub-config.js';
import { defaultTuning, type HubTuning } from './http/tuning.js';

export interface HubOptions {
  readonly store: ArtifactStore;
  /** Holds `HF_ENDPOINT`, `HF_TOKEN` and the like. They are read anew for every call. */
  readonly env: Environment;
  /** Called with every token that is read, so that it can be kept out of logs and errors. */
  readonly onToken?: (token: string) => void;
  readonly tuning?: Partial<HubTuning>;
}

/** The Hub, and what this store has of it. One a process, as downloads share its connections. */
export interface HubAccess {
  readonly store: ArtifactStore;
  readonly blobs: BlobStore;
  /**
   * A client with the endpoint and token that the environment has now.
   *
   * @throws {HeadraceError} as {@link readHubConfig}.
   */
  readonly client: () => Promise<HubClient>;
}

export function createHubAccess({ store, env, onToken, tuning }: HubOptions): HubAccess {
  const wholeTuning = { ...defaultTuning, ...tuning };
  return {
    store,
    blobs: new BlobStore(store, wholeTuning),
    client: async () => {
      const config = await readHubConfig(env);
      if (config.token !== undefined) onToken?.(config.token);
      return new HubClient(config, wholeTuning);
    },
  };
}
