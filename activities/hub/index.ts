import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type {
  DownloadFilesInput,
  DownloadFilesResult,
  ResolveSourceInput,
  SourceResolution,
} from '../../core/contracts/source.js';
import { HeadraceError } from '../../core/errors.js';
import type { WorkContext } from '../../core/progress.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { BlobStore } from './download/blob-store.js';
import { readHubConfig, type Environment } from './http/config.js';
import { downloadFiles } from './download-files.js';
import { HubClient } from './http/hub-client.js';
import { inspectSource, storeInspection, type SourceInspection } from './resolve/inspect-source.js';
import { resolveHub } from './resolve/resolve-hub.js';
import { resolveLocal } from './local/resolve-local.js';
import { fetchTokenizer, type TokenizerFolder, type TokenizerInput } from './tokenizer.js';
import { noteUse } from './resolve/uses.js';
import { defaultTuning, type HubTuning } from './http/tuning.js';

export type { Environment } from './http/config.js';
export { readRecipeLock, recipeLockName, type LockedSource, type RecipeLock } from './resolve/recipe-lock.js';
export type { InspectedFile, SourceInspection } from './resolve/inspect-source.js';
export { columnsOf, readFooter, type ParquetFooter } from './resolve/parquet-head.js';
export type { RangeReader } from './http/read-range.js';
export type { TokenizerFolder, TokenizerInput } from './tokenizer.js';
export type { HubTuning } from './http/tuning.js';
export { whoAmI, type HubAccount } from './http/whoami.js';

export interface HubActivitiesOptions {
  readonly store: ArtifactStore;
  /** Where `HF_ENDPOINT`, `HF_TOKEN` and their like are looked up, anew for every call. @default process.env */
  readonly env?: Environment;
  /** Told of every token that is read, so that it is kept out of what is told. */
  readonly onToken?: (token: string) => void;
  readonly tuning?: Partial<HubTuning>;
}

/** Sources to files: resolving and downloading. */
export interface HubActivities {
  /** Which files a source has, pinned by commit or hash; nothing is downloaded. Safe to repeat. */
  resolveSource(input: ResolveSourceInput, work: WorkContext): Promise<SourceResolution>;
  /** Looks at a source as resolving would, and gives a way to its bytes. Nothing is downloaded, locked or stored. */
  inspectSource(input: ResolveSourceInput, work: WorkContext): Promise<SourceInspection>;
  /** Keeps an inspection as the resolution that a run would make of it, and leaves the lock alone. */
  storeInspection(inspection: SourceInspection, work: WorkContext): Promise<ArtifactRef>;
  /** Brings a batch of a Hub source's files to this disk. Safe to repeat: it goes on where the last attempt stopped. */
  downloadFiles(input: DownloadFilesInput, work: WorkContext): Promise<DownloadFilesResult>;
  /** Brings the tokenizer of a model of the Hub to this disk. */
  fetchTokenizer(input: TokenizerInput, signal: AbortSignal): Promise<TokenizerFolder>;
}

export function createHubActivities(options: HubActivitiesOptions): HubActivities {
  const { store } = options;
  const tuning = { ...defaultTuning, ...options.tuning };
  const blobs = new BlobStore(store, tuning);
  const client = async (): Promise<HubClient> => {
    const config = await readHubConfig(options.env ?? process.env);
    if (config.token !== undefined) options.onToken?.(config.token);
    return new HubClient(config, tuning);
  };
  const resolve = async (
    { source, out, updateLock = false }: ResolveSourceInput,
    work: WorkContext,
  ): Promise<SourceResolution> => {
    const { dataset, files } = source;
    if (dataset !== undefined)
      return resolveHub(store, await client(), { ...source, dataset }, { out, updateLock }, work);
    if (files !== undefined) return resolveLocal(store, source.name, [files].flat(), work);
    throw new HeadraceError('RecipeError', `Source ${source.name} names neither files nor a dataset`);
  };
  return {
    resolveSource: async (input, work) => {
      const { source, out } = input;
      const found = await resolve(input, work);
      await noteUse(store, {
        out,
        source: source.name,
        resolution: found.resolution.key,
        ...(found.dataset === undefined ? {} : { dataset: found.dataset }),
        at: new Date().toISOString(),
      });
      return found;
    },
    inspectSource: async (input, work) => inspectSource(store, client, input, work),
    storeInspection: async (inspection, work) => storeInspection(store, inspection, work),
    downloadFiles: async (input, work) => downloadFiles(store, blobs, await client(), input, work),
    fetchTokenizer: async (input, signal) => fetchTokenizer(store, blobs, await client(), input, signal),
  };
}
