import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { ResolveSourceInput } from '../../core/contracts/source.js';
import type { WorkContext } from '../../core/progress.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { BlobStore } from './download/blob-store.js';
import { readHubConfig, type Environment } from './http/hub-config.js';
import { HubClient } from './http/hub-client.js';
import { defaultTuning, type HubTuning } from './http/tuning.js';
import { inspectSource, storeInspection, type SourceInspection } from './resolve/inspect-source.js';
import { fetchTokenizer, type TokenizerFolder, type TokenizerInput } from './fetch-tokenizer.js';

export interface HubOptions {
  readonly store: ArtifactStore;
  /** Where `HF_ENDPOINT`, `HF_TOKEN` and their like are looked up, anew for every call. @default process.env */
  readonly env?: Environment;
  /** Called with every token that is read, so that it can be kept out of logs and errors. */
  readonly onToken?: (token: string) => void;
  readonly tuning?: Partial<HubTuning>;
}

/** The Hub and what this store has of it. One a process, as downloads share its connections. */
export interface HubAccess {
  readonly store: ArtifactStore;
  readonly blobs: BlobStore;
  /** A client with the endpoint and token that the environment has now. */
  client(): Promise<HubClient>;
  /** Looks at a source as resolving would, and gives a way to its bytes. Nothing is downloaded, locked or stored. */
  inspectSource(input: ResolveSourceInput, work: WorkContext): Promise<SourceInspection>;
  /** Keeps an inspection as the resolution that a run would make of it, and leaves the lock alone. */
  storeInspection(inspection: SourceInspection, work: WorkContext): Promise<ArtifactRef>;
  /** Brings the tokenizer of a model of the Hub to this disk. */
  fetchTokenizer(input: TokenizerInput, signal: AbortSignal): Promise<TokenizerFolder>;
}

export function createHubAccess(options: HubOptions): HubAccess {
  const { store } = options;
  const tuning = { ...defaultTuning, ...options.tuning };
  const blobs = new BlobStore(store, tuning);
  const client = async (): Promise<HubClient> => {
    const config = await readHubConfig(options.env ?? process.env);
    if (config.token !== undefined) options.onToken?.(config.token);
    return new HubClient(config, tuning);
  };
  return {
    store,
    blobs,
    client,
    inspectSource: (input, work) => inspectSource(store, client, input, work),
    storeInspection: (inspection, work) => storeInspection(store, inspection, work),
    fetchTokenizer: async (input, signal) => fetchTokenizer(store, blobs, await client(), input, signal),
  };
}
