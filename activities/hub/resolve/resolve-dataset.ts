import { batchesOf } from '../../../core/batches.js';
import type { ResolveSourceInput, SourceResolution } from '../../../core/contracts/source.js';
import { defined } from '../../../core/defined.js';
import type { WorkContext } from '../../../core/progress.js';
import { checkRoom } from '../../../files/room.js';
import type { HubAccess } from '../hub-access.js';
import type { HubClient } from '../http/hub-client.js';
import { inspectDataset, type HubSource } from './inspect-dataset.js';
import { lockPlace } from './lock-place.js';
import { putResolution } from './resolution.js';

/**
 * Pins the Hub files of a source: stores what {@link inspectDataset} finds, and enters it in the lock.
 *
 * @throws {HeadraceError} as {@link inspectDataset}; DiskFullError where the disk cannot hold the missing
 * bytes.
 */
export async function resolveDataset(
  { store, blobs }: Pick<HubAccess, 'store' | 'blobs'>,
  client: HubClient,
  source: HubSource,
  options: Pick<ResolveSourceInput, 'out' | 'updateLock'>,
  work: WorkContext,
): Promise<SourceResolution> {
  const { updateLock } = options;
  const lock = lockPlace(store, options.out);
  const found = await inspectDataset(store, client, source, defined({ lock, updateLock }), work);
  const { commit, config, split, files, emptyFiles, notes } = found;
  const { id: dataset, commitSha } = commit;
  if (store.medium.kind === 'folder') {
    const held = await blobs.held(commit, files);
    const missing = held.reduce((sum, { file, haveBytes }) => sum + file.sizeBytes - haveBytes, 0);
    await checkRoom(store.medium.root, `The dataset ${dataset}`, missing);
  }
  const meta = { kind: 'hub', dataset, commitSha, config, split } as const;
  const resolution = await putResolution(store, meta, { files, emptyFiles });
  await lock.enter(source.name, found.entry, work.signal);
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return {
    name: source.name,
    resolution,
    kind: 'hub',
    dataset,
    commitSha,
    files: files.length,
    bytes,
    emptyFiles: emptyFiles.length,
    downloads: batchesOf(files.length, bytes),
    notes,
  };
}
