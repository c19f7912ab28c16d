import { isTinkerError } from '../../activities/train/server/tinker-errors.js';
import { asDiskFull } from '../../files/room.js';
import type { Tinker } from '../../tinker/index.js';
import { downloadAdapter, type DownloadedAdapter } from './adapter-folder.js';

export interface ExportedAdapter extends DownloadedAdapter {
  /** Path that the adapter was downloaded from. */
  readonly from: string;
}

/**
 * Downloads a checkpoint's adapter in PEFT layout into `folder`, from the first of the paths that the server
 * exports. The hosted service exports saved states; SkyRL and older servers send archives of sampler weights.
 *
 * @param paths - of one checkpoint, at least one.
 * @throws {TinkerError} the server's answer to the last path, where it exports none of them.
 * @throws {HeadraceError} DiskFullError.
 */
export async function exportAdapter(
  tinker: Tinker,
  paths: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<ExportedAdapter> {
  let refusal: unknown;
  for (const from of paths)
    try {
      return { ...(await downloadAdapter(tinker, from, folder, signal)), from };
    } catch (error) {
      if (!isTinkerError(error, 'request', 'not-found', 'failed')) throw asDiskFull(error, folder);
      refusal = error;
    }
  throw refusal;
}
